/** What a subscription stanza makes of a roster item (RFC 6121 §3, Appendix A). Pure. */
import { isSeen, sees, type RosterItem } from '../roster/service.ts';
import { INBOUND, OUTBOUND, type SubscriptionState, type SubscriptionType } from './subscription-states.ts';

/** What becomes of the item, and of the stanza. */
export interface Step {
  /** The very item that was given where nothing changes. */
  readonly item: RosterItem | undefined;
  /** Outbound: is it routed? Inbound: is it delivered to the account's resources? */
  readonly passes: boolean;
}

const NO_ITEM: RosterItem = {
  listed: false,
  name: undefined,
  groups: [],
  subscription: 'none',
  ask: false,
  approved: false,
  request: undefined,
};

/** The state of an item. What cannot be, such as asking for what one has, counts for nothing. */
export function stateOf(item: RosterItem | undefined): SubscriptionState {
  if (item === undefined) return 'none';
  const out = item.ask;
  const waits = item.request !== undefined;
  switch (item.subscription) {
    case 'both':
      return 'both';
    case 'to':
      return waits ? 'to+in' : 'to';
    case 'from':
      return out ? 'from+out' : 'from';
    case 'none':
      if (out) return waits ? 'none+out+in' : 'none+out';
      return waits ? 'none+in' : 'none';
  }
}

/** The user sends it (A.2). An approval that nobody waits for is kept for later (§3.4). */
export function outbound(type: SubscriptionType, item: RosterItem | undefined): Step {
  const state = stateOf(item);
  const next = OUTBOUND[type][state];
  const passes = next !== undefined || type === 'subscribe' || type === 'unsubscribe';
  let changed = next === undefined ? item : inState(item, next, undefined);
  if (type === 'subscribed') {
    const approved = next === undefined && !sees(item);
    if ((changed?.approved ?? false) !== approved) changed = { ...(changed ?? NO_ITEM), approved };
  } else if (type === 'unsubscribed' && changed?.approved === true) {
    changed = { ...changed, approved: false };
  }
  return { item: changed === item ? item : listedIfKnown(changed), passes };
}

/**
 * The contact sends it (A.3).
 * @param request the stanza as XML, kept if it is a request that has to wait for an answer
 */
export function inbound(type: SubscriptionType, item: RosterItem | undefined, request: string): Step {
  const next = INBOUND[type][stateOf(item)];
  if (next === undefined) return { item, passes: false };
  const waiting = inState(item, next, request);
  if (type === 'subscribe' && item?.approved === true) {
    return { item: outbound('subscribed', waiting).item, passes: false }; // §3.4.2
  }
  return { item: listedIfKnown(waiting), passes: true };
}

function inState(item: RosterItem | undefined, state: SubscriptionState, request: string | undefined): RosterItem {
  const [subscription = 'none', ...pending] = state.split('+');
  const known = item ?? NO_ITEM;
  return {
    ...known,
    subscription: subscription === 'to' || subscription === 'from' || subscription === 'both' ? subscription : 'none',
    ask: pending.includes('out'),
    request: pending.includes('in') ? (known.request ?? request ?? '') : undefined,
  };
}

/** A contact with whom there is anything but a request of theirs is in the roster; one with nothing at all is forgotten. */
function listedIfKnown(item: RosterItem | undefined): RosterItem | undefined {
  if (item === undefined || item.listed) return item;
  if (isSeen(item) || sees(item) || item.ask || item.approved) return { ...item, listed: true };
  return item.request === undefined ? undefined : item;
}
