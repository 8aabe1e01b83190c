/** Stanza Forwarding (XEP-0297 v1.0). */
import { el, type Element } from '../xml/element.ts';
import type { Stanza } from '../xml/stanza.ts';
import { delayElement } from './delay.ts';

export const NS_FORWARD = 'urn:xmpp:forward:0';

/**
 * `<forwarded/>` around a whole stanza, its namespace kept (§3.2).
 * @param received when it was received: microseconds since the epoch
 */
export function forwarded(stanza: Stanza, received?: number): Element {
  return el('forwarded', NS_FORWARD, received === undefined ? undefined : delayElement(received), stanza.tree());
}
