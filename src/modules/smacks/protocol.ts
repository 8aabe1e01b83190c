/** Stream Management (XEP-0198 v1.6.3): its elements. */
import type { StanzaErrorCondition } from '../../stanza/errors.ts';
import { StreamError } from '../../stanza/stream-error.ts';
import { collapse } from '../../stanza/xml-schema.ts';
import { el, type Element } from '../../xml/element.ts';
import { NS_STANZA_ERRORS } from '../../xml/namespaces.ts';

export const NS_SM = 'urn:xmpp:sm:3';

/** Counters run from 0 to 2^32 - 1 and begin again (§4). */
export const H_RANGE = 2 ** 32;

/** `<failed/>` (§6). */
export function failedElement(condition: StanzaErrorCondition): Element {
  return el('failed', NS_SM, el(condition, NS_STANZA_ERRORS));
}

/**
 * The count in an acknowledgement: xs:unsignedInt (§4).
 * @throws StreamError `invalid-xml`
 */
export function parseH(text: string | undefined): number {
  const value = text === undefined || text.length > 40 ? '' : collapse(text);
  const h = /^\+?[0-9]+$/.test(value) ? Number(value) : NaN;
  if (!(h < H_RANGE)) throw new StreamError('invalid-xml', "The 'h' of an acknowledgement is missing or not a count");
  return h;
}

/** What ends a stream whose client acknowledges what it was not sent (§6), or takes an acknowledgement back. */
export function wrongCount(h: number, sent: number): StreamError {
  const detail = el('handled-count-too-high', NS_SM, { h, 'send-count': sent });
  return new StreamError('undefined-condition', `You acknowledged ${h} stanzas, but ${sent} were sent`, detail);
}
