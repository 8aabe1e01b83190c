/** The states of a presence subscription and what moves between them (RFC 6121 Appendix A). */

/** A.1: `out`: we asked and wait for the answer; `in`: the contact asked and waits for ours. */
export type SubscriptionState =
  'none' | 'none+out' | 'none+in' | 'none+out+in' | 'to' | 'to+in' | 'from' | 'from+out' | 'both';

/** Presence that manages subscriptions (§3). */
export type SubscriptionType = 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed';

type Changes = Readonly<Partial<Record<SubscriptionState, SubscriptionState>>>;

/** A.2: what the user sends; states that are not named stay. */
export const OUTBOUND: Readonly<Record<SubscriptionType, Changes>> = {
  subscribe: { none: 'none+out', 'none+in': 'none+out+in', from: 'from+out' },
  unsubscribe: {
    'none+out': 'none',
    'none+out+in': 'none+in',
    to: 'none',
    'to+in': 'none+in',
    'from+out': 'from',
    both: 'from',
  },
  subscribed: { 'none+in': 'from', 'none+out+in': 'from+out', 'to+in': 'both' },
  unsubscribed: {
    'none+in': 'none',
    'none+out+in': 'none+out',
    'to+in': 'to',
    from: 'none',
    'from+out': 'none+out',
    both: 'to',
  },
};

/** A.3: what the contact sends. */
export const INBOUND: Readonly<Record<SubscriptionType, Changes>> = {
  subscribe: { none: 'none+in', 'none+out': 'none+out+in', to: 'to+in' },
  unsubscribe: OUTBOUND.unsubscribed, // the mirror image: the contact's subscription or request ends
  subscribed: { 'none+out': 'to', 'none+out+in': 'to+in', 'from+out': 'both' },
  unsubscribed: OUTBOUND.unsubscribe,
};
