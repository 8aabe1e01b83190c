/** Unique and Stable Stanza IDs (XEP-0359 v0.7.0). */
import { el, type Element } from '../xml/element.ts';
import type { Stanza } from '../xml/stanza.ts';

export const NS_SID = 'urn:xmpp:sid:0';

/** `<stanza-id/>` (§2.1); `by` is the JID of the entity that gave the id. */
export function stanzaIdElement(id: string, by: string): Element {
  return el('stanza-id', NS_SID, { id, by });
}

/** The id that the sender's client gave (§2.2); nobody else vouches for it. */
export function originId(stanza: Stanza): string | undefined {
  return stanza.child('origin-id', NS_SID)?.attr('id') || undefined;
}
