/** Rules of presence (RFC 6121 §3, §4.6, §8.5). */
import { SessionFlag, type Entry } from '../../cluster/backend.ts';
import type { Verdict } from '../../host/delivery.ts';
import type { StanzaEvent } from '../../host/stanza-event.ts';
import { presenceType } from '../../stanza/presence.ts';
import { el } from '../../xml/element.ts';
import { NS_CLIENT } from '../../xml/namespaces.ts';
import { Stanza } from '../../xml/stanza.ts';
import type { SubscriptionType } from './subscription-states.ts';

/**
 * Who gets presence addressed to an account or one of its resources: available and unavailable as addressed (§8.5.2.1.2,
 * §8.5.3.1); an error only by the resource it answers; a subscription request that was noted by all available resources,
 * whichever it addressed (§3.1.3). Everything else is between servers.
 */
export function presenceTargets(event: StanzaEvent, entries: readonly Entry[]): Verdict {
  const type = presenceType(event.stanza);
  const resource = event.to?.resource;
  if (type !== 'available' && type !== 'unavailable' && type !== 'error' && type !== 'subscribe') return 'drop';
  if (resource !== undefined && type !== 'subscribe') {
    for (const entry of entries) if (entry.resource === resource) return [entry];
    return 'drop';
  }
  if (type === 'error') return 'drop';
  const available = entries.filter(isAvailable);
  return available.length === 0 ? 'drop' : available;
}

/** Has the resource sent initial presence? */
export function isAvailable(entry: Entry): boolean {
  return (entry.flags & SessionFlag.available) !== 0;
}

/** What sending this directed presence means for the list of those who must hear of the end (§4.6.3). */
export function directedChange(presence: Stanza): 'add' | 'delete' | undefined {
  switch (presenceType(presence)) {
    case 'available':
      return 'add';
    case 'unavailable':
      return 'delete';
    default:
      return undefined;
  }
}

/** Its type if it manages subscriptions. */
export function subscriptionType(presence: Stanza): SubscriptionType | undefined {
  const type = presenceType(presence);
  switch (type) {
    case 'subscribe':
    case 'subscribed':
    case 'unsubscribe':
    case 'unsubscribed':
      return type;
    default:
      return undefined;
  }
}

/** Presence without content. */
export function plainPresence(from: string, to: string | undefined, type: string): Stanza {
  return Stanza.of(el('presence', NS_CLIENT, { from, to, type }));
}
