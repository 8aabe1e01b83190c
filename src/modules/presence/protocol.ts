/** Rules of presence (RFC 6121 §4.6, §8.5). */
import { SessionFlag, type Entry } from '../../cluster/backend.ts';
import type { Verdict } from '../../host/delivery.ts';
import type { StanzaEvent } from '../../host/stanza-event.ts';
import { presenceType } from '../../stanza/presence.ts';
import type { Stanza } from '../../xml/stanza.ts';

/**
 * Who gets presence addressed to an account or one of its resources: available and unavailable as addressed (§8.5.2.1.2,
 * §8.5.3.1); an error only by the resource it answers. The rest is between servers and never reaches a client here:
 * nobody is subscribed, so a probe gets no answer (§4.3.2).
 */
export function presenceTargets(event: StanzaEvent, entries: readonly Entry[]): Verdict {
  const type = presenceType(event.stanza);
  const resource = event.to?.resource;
  if (type !== 'available' && type !== 'unavailable' && type !== 'error') return 'drop';
  if (resource !== undefined) {
    for (const entry of entries) if (entry.resource === resource) return [entry];
    return 'drop';
  }
  if (type === 'error') return 'drop';
  const available = entries.filter((entry) => (entry.flags & SessionFlag.available) !== 0);
  return available.length === 0 ? 'drop' : available;
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
