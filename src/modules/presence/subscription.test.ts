/** The state machine of subscriptions against RFC 6121 Appendix A, row by row. */
// covers: 6121-a.2.1 6121-a.2.2 6121-a.2.3 6121-a.2.4 6121-a.3.1 6121-a.3.2 6121-a.3.3 6121-a.3.4
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import type { RosterItem, Subscription } from '../roster/service.ts';
import type { SubscriptionState, SubscriptionType } from './subscription-states.ts';
import { inbound, outbound, stateOf } from './subscription.ts';

/**
 * The eight tables as the RFC prints them. A cell is the new state; `=` none; a leading `!` means that the stanza must be
 * routed (A.2) or delivered (A.3).
 */
const RFC_TABLES = `
              | A.2.1          A.2.2      A.2.3       A.2.4      | A.3.1          A.3.2      A.3.3   A.3.4
              | subscribe      unsubscribe subscribed unsubscribed | subscribe    unsubscribe subscribed unsubscribed
 none         | !none+out      !=         =           =          | !none+in       =          =       =
 none+out     | !=             !none      =           =          | !none+out+in   =          !to     !none
 none+in      | !none+out+in   !=         !from       !none      | =              !none      =       =
 none+out+in  | !=             !none+in   !from+out   !none+out  | =              !none+out  !to+in  !none+in
 to           | !=             !none      =           =          | !to+in         =          =       !none
 to+in        | !=             !none+in   !both       !to        | =              !to        =       !none+in
 from         | !from+out      !=         =           !none      | =              !none      =       =
 from+out     | !=             !from      =           !none+out  | =              !none+out  !both   !from
 both         | !=             !from      =           !to        | =              !to        =       !from
`;

const STATES: readonly SubscriptionState[] = [
  'none',
  'none+out',
  'none+in',
  'none+out+in',
  'to',
  'to+in',
  'from',
  'from+out',
  'both',
];
const TYPES: readonly SubscriptionType[] = ['subscribe', 'unsubscribe', 'subscribed', 'unsubscribed'];
const SUBSCRIPTIONS: readonly Subscription[] = ['none', 'to', 'from', 'both'];

interface Row {
  readonly from: SubscriptionState;
  readonly direction: 'outbound' | 'inbound';
  readonly type: SubscriptionType;
  readonly next: string;
  readonly passes: boolean;
}

function rows(): Row[] {
  const lines = RFC_TABLES.trim().split('\n').slice(2);
  return STATES.flatMap((from) => {
    const line = lines.find((text) => text.split('|')[0]?.trim() === from) ?? '';
    const cells = line
      .split('|')
      .slice(1)
      .flatMap((part) => part.trim().split(/\s+/));
    return cells.map((cell, index): Row => {
      const text = cell.replace('!', '');
      return {
        from,
        direction: index < 4 ? 'outbound' : 'inbound',
        type: TYPES[index % 4] ?? 'subscribe',
        next: text === '=' ? from : text,
        passes: cell.startsWith('!'),
      };
    });
  });
}

function itemIn(state: SubscriptionState, approved = false): RosterItem | undefined {
  const [subscription] = state.split('+');
  if (state === 'none' && !approved) return undefined;
  return {
    listed: state !== 'none+in',
    name: undefined,
    groups: [],
    subscription: SUBSCRIPTIONS.find((known) => known === subscription) ?? 'none',
    ask: state.includes('out'),
    approved,
    request: state.includes('in') ? '<presence/>' : undefined,
  };
}

const step = ({ direction, type }: Row, item: RosterItem | undefined): ReturnType<typeof inbound> =>
  direction === 'outbound' ? outbound(type, item) : inbound(type, item, '<presence/>');

test('the tables are complete', () => {
  expect(rows()).toHaveLength(72);
});

test.each(rows().map((row) => [`${row.direction} ${row.type} in ${row.from}`, row] as const))('%s', (_name, row) => {
  const { item, passes } = step(row, itemIn(row.from));
  expect({ state: stateOf(item), passes }).toEqual({ state: row.next, passes: row.passes });
});

test.each(rows().map((row) => [`${row.direction} ${row.type} in ${row.from}`, row] as const))(
  'nothing is written where nothing changes: %s',
  (_name, row) => {
    const item = itemIn(row.from);
    const preApproves = row.direction === 'outbound' && row.type === 'subscribed' && !/from|both|in/.test(row.from);
    expect(step(row, item).item === item).toBe(row.next === row.from && !preApproves);
  },
);

describe('approval in advance (§3.4)', () => {
  test.each(STATES)(
    'subscribed in %s is kept only where it answers nothing and there is no subscription yet',
    (state) => {
      const { item } = outbound('subscribed', itemIn(state));
      expect(item?.approved ?? false).toBe(state === 'none' || state === 'none+out' || state === 'to');
    },
  );

  test.each(['none', 'none+out', 'to'] as const)('a request in %s is granted, once', (state) => {
    const approved = itemIn(state, true);
    const granted = inbound('subscribe', approved, '<presence/>');
    expect(granted.passes).toBe(false);
    expect(granted.item?.subscription).toBe(state === 'to' ? 'both' : 'from');
    expect(granted.item?.approved).toBe(false);
    const again = outbound('unsubscribed', granted.item).item;
    expect(inbound('subscribe', again, '<presence/>').passes).toBe(true);
  });

  test('unsubscribed takes it back, and is told nobody', () => {
    const { item, passes } = outbound('unsubscribed', itemIn('none', true));
    expect([item?.approved, passes]).toEqual([false, false]);
  });
});

test('a contact who only asks is not in the roster; one who gets an answer is, one who is refused is forgotten', () => {
  const asked = inbound('subscribe', undefined, '<presence/>').item;
  expect([asked?.listed, asked?.request]).toEqual([false, '<presence/>']);
  expect(outbound('subscribed', asked).item?.listed).toBe(true);
  expect(outbound('unsubscribed', asked).item).toBeUndefined();
  expect(inbound('unsubscribe', asked, '').item).toBeUndefined();
});

test('names, groups and the first request are kept whatever happens', () => {
  const known: RosterItem = { ...(itemIn('both') ?? expect.fail()), name: 'Bob', groups: ['a', 'b'] };
  const moves = fc.array(fc.tuple(fc.boolean(), fc.constantFrom(...TYPES)), { maxLength: 12 });
  fc.assert(
    fc.property(moves, (sequence) => {
      let item: RosterItem | undefined = known;
      for (const [out, type] of sequence) {
        const before: RosterItem | undefined = item;
        item = out ? outbound(type, item).item : inbound(type, item, `<${sequence.length}/>`).item;
        expect(item).toMatchObject({ name: 'Bob', groups: ['a', 'b'], listed: true });
        if (before.request !== undefined && item?.request !== undefined) expect(item.request).toBe(before.request);
        if (item === undefined) return;
      }
    }),
  );
});
