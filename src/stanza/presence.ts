/** What routing asks of a presence stanza. */
import type { Stanza } from '../xml/stanza.ts';
import { collapse } from './xml-schema.ts';

/** RFC 6121 §4.7.1, and `available` for a stanza without `type`. */
export type PresenceType =
  'available' | 'error' | 'probe' | 'subscribe' | 'subscribed' | 'unavailable' | 'unsubscribe' | 'unsubscribed';

/** Its type; `undefined` for one that RFC 6121 §4.7.1 does not define. */
export function presenceType(presence: Stanza): PresenceType | undefined {
  const type = presence.type;
  switch (type) {
    case undefined:
      return 'available';
    case 'error':
    case 'probe':
    case 'subscribe':
    case 'subscribed':
    case 'unavailable':
    case 'unsubscribe':
    case 'unsubscribed':
      return type;
    default:
      return undefined;
  }
}

/**
 * Priority (RFC 6121 §4.7.2.3): 0 where there is none. The RFC does not say what a wrong one means: like Prosody we
 * take 0 for what is no number and the nearest of -128 to 127 for what is outside.
 */
export function presencePriority(presence: Stanza): number {
  const text = collapse(presence.childText('priority', presence.ns) ?? '');
  if (!/^[+-]?[0-9]+$/.test(text)) return 0;
  return Math.min(Math.max(Number(text), -128), 127) + 0; // + 0 turns -0 into 0
}
