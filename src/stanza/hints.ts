/** Message Processing Hints (XEP-0334 v1.0.0). */
import type { Stanza } from '../xml/stanza.ts';

const NS_HINTS = 'urn:xmpp:hints';

/** A hint (§4). */
export type Hint = 'no-permanent-store' | 'no-store' | 'no-copy' | 'store';

/** Does the message carry this hint? Never for an error: it may hold the payload of what it answers (§5). */
export function hasHint(message: Stanza, hint: Hint): boolean {
  return message.has(hint, NS_HINTS) && message.type !== 'error';
}
