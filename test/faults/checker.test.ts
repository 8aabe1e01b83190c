import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CLEAN, check } from './checker.ts';
import type { HistoryEvent } from './history.ts';

const A = 'a@host.test';
const B = 'b@host.test';

const sent = (number: number): HistoryEvent => ({
  kind: 'sent',
  id: `m${number}`,
  from: A,
  slot: `${A}/1`,
  to: B,
  number,
});
const acked = (number: number): HistoryEvent => ({ kind: 'acked', id: `m${number}` });
const received = (number: number, delayed = false, session = `${B}/x`): HistoryEvent => ({
  kind: 'received',
  id: `m${number}`,
  session,
  sender: `${A}/1`,
  delayed,
});
const archived = (number: number, owner: string): HistoryEvent => ({ kind: 'archived', id: `m${number}`, owner });
const everywhere = (...numbers: number[]): HistoryEvent[] =>
  [A, B].flatMap((owner) => numbers.map((number) => archived(number, owner)));
const asked = (number: number): HistoryEvent => ({ kind: 'asked', owner: A, item: 'c', value: `v${number}`, number });
const confirmed = (number: number): HistoryEvent => ({ kind: 'confirmed', owner: A, item: 'c', number });
const stored = (number: number): HistoryEvent => ({ kind: 'stored', owner: A, item: 'c', value: `v${number}` });

describe('good histories', () => {
  test.each<[string, HistoryEvent[]]>([
    ['nothing', []],
    ['one message', [sent(1), received(1), acked(1), ...everywhere(1)]],
    ['not acknowledged and not there', [sent(1)]],
    ['sent again, delivered again', [sent(1), received(1), sent(1), received(1), acked(1), ...everywhere(1)]],
    ['delivered later a second time', [sent(1), received(1), received(1, true), acked(1), ...everywhere(1)]],
    ['refused', [sent(1), { kind: 'refused', id: 'm1', condition: 'resource-constraint' }, acked(1)]],
    ['an item with its last value', [asked(1), confirmed(1), stored(1)]],
    ['an item with a value that was not confirmed', [asked(1), confirmed(1), asked(2), stored(2)]],
    ['an item that was not confirmed', [asked(1)]],
  ])('%s', (_name, history) => {
    expect(check(history)).toMatchObject(CLEAN);
  });
});

describe('broken histories', () => {
  test.each<[keyof typeof CLEAN, string, HistoryEvent[]]>([
    ['lost', 'acknowledged, nowhere', [sent(1), acked(1)]],
    ['lost', 'acknowledged, with its sender alone', [sent(1), acked(1), archived(1, A)]],
    ['lost', 'delivered before it was stored', [sent(1), received(1)]],
    ['torn', 'in one archive', [sent(1), archived(1, B)]],
    ['doubled', 'in an archive', [sent(1), sent(1), acked(1), ...everywhere(1, 1)]],
    ['doubled', 'in a session', [sent(1), received(1), received(1), ...everywhere(1)]],
    ['reordered', 'in an archive', [sent(1), sent(2), ...everywhere(2, 1)]],
    ['reordered', 'in a session', [sent(1), sent(2), received(2), received(1), ...everywhere(1, 2)]],
    ['foreign', 'never sent', [received(1)]],
    ['foreign', 'to somebody else', [sent(1), received(1, false, 'c@host.test/x')]],
    ['foreign', 'in an archive of somebody else', [sent(1), ...everywhere(1), archived(1, 'c@host.test')]],
    ['updates', 'a confirmed one is gone', [asked(1), confirmed(1)]],
    ['updates', 'an older value', [asked(1), asked(2), confirmed(2), stored(1)]],
    ['updates', 'a value from nowhere', [stored(1)]],
  ])('%s: %s', (list, _name, history) => {
    expect(check(history)[list]).not.toEqual([]);
  });
});

test('any one archive row of an acknowledged message that is left out, moved or repeated is found', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 30 }), fc.nat(), fc.boolean(), (count, at, inFirst) => {
      const numbers = Array.from({ length: count }, (_, index) => index + 1);
      const before = numbers.flatMap((number) => [sent(number), received(number), acked(number)]);
      const [own, other] = inFirst ? [A, B] : [B, A];
      const good = [...before, ...numbers.map((n) => archived(n, other)), ...numbers.map((n) => archived(n, own))];
      expect(check(good)).toEqual({ ...CLEAN, acknowledged: count, refused: 0 });
      const last = good.length - 1 - (at % count);
      const row = good[last] ?? sent(0);
      const without = good.toSpliced(last, 1);
      expect(check(without)).toMatchObject({ lost: [expect.any(String)], torn: [expect.any(String)] });
      expect(check([...good, row]).doubled).toHaveLength(1);
      if (last < good.length - 1) expect(check([...without, row]).reordered).toHaveLength(1);
    }),
  );
});
