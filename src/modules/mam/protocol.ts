/** Message Archive Management (XEP-0313 v1.1.3): which messages are kept. */
import { hasHint } from '../../stanza/hints.ts';
import { hasBody, messageType } from '../../stanza/message.ts';
import type { Stanza } from '../../xml/stanza.ts';

export const NS_MAM = 'urn:xmpp:mam:2';

const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';

/** Payloads for which a message is kept although it has no body: encryption, receipts, markers, invitations, calls. */
const KEPT: ReadonlySet<string> = new Set([
  'urn:xmpp:eme:0',
  'urn:xmpp:receipts',
  'urn:xmpp:chat-markers:0',
  'jabber:x:conference',
  'urn:xmpp:jingle-message:0',
  'urn:xmpp:jingle-message:1',
]);

/**
 * Does a message belong into the archive of a person (§6.1.1)?
 * @param toFull is it addressed to one resource?
 */
export function isKept(message: Stanza, toFull: boolean): boolean {
  const type = messageType(message);
  // An error that came back to a client tells that its message did not arrive; others are of no interest later.
  if (type === 'error') return toFull;
  if (type === 'headline' || type === 'groupchat') return false;
  if (hasHint(message, 'no-store') || hasHint(message, 'no-permanent-store')) return false;
  if (hasBody(message) || hasHint(message, 'store') || message.has('subject', message.ns)) return true;
  for (let index = 0; index < message.childCount; index++) if (KEPT.has(message.childNsAt(index))) return true;
  return message.child('x', NS_MUC_USER)?.child('invite') !== undefined;
}

/** The message without child elements of those namespaces; `undefined` if no child element is left. */
export function withoutNamespaces(message: Stanza, dropped: ReadonlySet<string>): Stanza | undefined {
  let kept = message;
  for (let index = message.childCount - 1; index >= 0; index--) {
    const ns = message.childNsAt(index);
    if (dropped.has(ns)) kept = kept.without(message.childNameAt(index), ns);
  }
  return kept.childCount === 0 ? undefined : kept;
}
