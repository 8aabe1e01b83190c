import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stanzaOf } from '../../../test/support/world.ts';
import { UnackedQueue } from './unacked.ts';

const stanza = stanzaOf('<message/>');

test('keeps what matters until it is acknowledged, and counts everything', () => {
  const queue = new UnackedQueue();
  queue.push(stanza, 1, true);
  queue.push(stanza, 2, false);
  queue.push(stanza, 3, true);
  expect([queue.count, queue.length, queue.sent, queue.bytes]).toEqual([3, 2, 3, 2 * stanza.bytes]);
  expect(queue.acknowledge(2)).toBe(true);
  expect([queue.count, queue.length, queue.bytes]).toEqual([1, 1, stanza.bytes]);
  expect(queue.takeAll().map(({ when }) => when)).toEqual([3]);
  expect(queue.length).toBe(0);
});

// covers: 0198-6-less
test('an acknowledgement of more than was sent, or of less than before, changes nothing', () => {
  const queue = new UnackedQueue();
  for (let i = 0; i < 3; i++) queue.push(stanza, i, true);
  expect(queue.acknowledge(4)).toBe(false);
  expect(queue.acknowledge(2)).toBe(true);
  expect(queue.acknowledge(1)).toBe(false);
  expect(queue.acknowledge(2 ** 32 - 1)).toBe(false);
  expect([queue.count, queue.length]).toEqual([1, 1]);
  expect(queue.acknowledge(3)).toBe(true);
});

// covers: 0198-4-wrap
test('counts from 0 again behind 2^32 - 1', () => {
  const queue = new UnackedQueue(2 ** 32 - 2);
  for (let i = 0; i < 4; i++) queue.push(stanza, i, true);
  expect(queue.sent).toBe(2);
  expect(queue.acknowledge(2 ** 32 - 1)).toBe(true);
  expect([queue.count, queue.length]).toEqual([3, 3]);
  expect(queue.acknowledge(3)).toBe(false);
  expect(queue.acknowledge(1)).toBe(true);
  expect(queue.takeAll().map(({ when }) => when)).toEqual([3]);
});

test('equals a plain list, whatever is sent and acknowledged', () => {
  const step = fc.oneof(fc.boolean(), fc.nat(12));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const queue = new UnackedQueue();
      let list: number[] = [];
      let sent = 0;
      let acked = 0;
      for (const move of steps) {
        if (typeof move === 'boolean') {
          sent++;
          queue.push(stanza, sent, move);
          if (move) list.push(sent);
        } else if (acked + move <= sent) {
          acked += move;
          expect(queue.acknowledge(acked)).toBe(true);
          list = list.filter((number) => number > acked);
        } else expect(queue.acknowledge(acked + move)).toBe(false);
        expect([queue.count, queue.length]).toEqual([sent - acked, list.length]);
      }
      expect(queue.takeAll().map(({ number }) => number)).toEqual(list);
    }),
  );
});
