/** Delayed Delivery (XEP-0203 v2.0). */
import { el, type Element } from '../xml/element.ts';
import type { Stanza } from '../xml/stanza.ts';
import { formatDateTime } from './datetime.ts';

export const NS_DELAY = 'urn:xmpp:delay';

/**
 * `<delay/>` (§2).
 * @param stamp when the stanza was sent: microseconds since the epoch
 * @param from JID of who sent or delayed it
 * @param reason for people, in English
 */
export function delayElement(stamp: number, from?: string, reason?: string): Element {
  return el('delay', NS_DELAY, { from, stamp: formatDateTime(stamp) }, reason);
}

/** The stanza with our `<delay/>`, unless it has one of ours: the first one tells when it was sent. Others' do not count. */
export function delayed(stanza: Stanza, stamp: number, from: string, reason?: string): Stanza {
  const known =
    stanza.has('delay', NS_DELAY) && stanza.elements('delay', NS_DELAY).some((d) => d.attr('from') === from);
  return known ? stanza : stanza.append(delayElement(stamp, from, reason));
}
