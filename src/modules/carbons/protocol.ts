/** Message Carbons (XEP-0280 v1.0.1): which messages are copied, and what a copy looks like. */
import type { Jid } from '../../jid/jid.ts';
import { forwarded } from '../../stanza/forward.ts';
import { hasHint } from '../../stanza/hints.ts';
import { hasBody, messageType } from '../../stanza/message.ts';
import { el } from '../../xml/element.ts';
import { NS_CLIENT } from '../../xml/namespaces.ts';
import { Stanza } from '../../xml/stanza.ts';

export const NS_CARBONS = 'urn:xmpp:carbons:2';

const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';

/** Payloads that belong to conversations whatever the type (§6.1): receipts, chat states, markers, invitations, calls. */
const CONVERSATION: ReadonlySet<string> = new Set([
  'urn:xmpp:receipts',
  'http://jabber.org/protocol/chatstates',
  'urn:xmpp:chat-markers:0',
  'jabber:x:conference',
  'urn:xmpp:jingle-message:0',
  'urn:xmpp:jingle-message:1',
]);

/** Who a copy is of: a message that another resource of the account sent, or that the account received. */
export type Direction = 'sent' | 'received';

/** A message and its addresses. */
interface Routed {
  readonly stanza: Stanza;
  readonly from: Jid;
  readonly to: Jid | undefined;
}

/** Are the account's other resources to have a copy (§6.1)? */
export function isEligible({ stanza: message, from, to }: Routed, direction: Direction): boolean {
  const type = messageType(message);
  if (type === 'groupchat' || hasHint(message, 'no-copy')) return false;
  let conversation = false;
  let room = false;
  for (let index = 0; index < message.childCount; index++) {
    const ns = message.childNsAt(index);
    // Private (§8), or a carbon itself, which nobody but an account's own server may make.
    if (ns === NS_CARBONS) return false;
    if (ns === NS_MUC_USER) room = true;
    else if (CONVERSATION.has(ns)) conversation = true;
  }
  if (room && direction === 'received') {
    if (to?.resource !== undefined) return false; // from an occupant: the room has sent it to every client that is there
    conversation ||= message.child('x', NS_MUC_USER)?.child('invite') !== undefined;
  }
  switch (type) {
    case 'chat':
      return true;
    case 'normal':
      return conversation || hasBody(message);
    case 'error':
      // What it answers is not known. What comes from an account answers what was sent to it: most likely a chat message.
      return direction === 'received' && from.resource === undefined;
    case 'headline':
      return conversation;
  }
}

/** The copy (§7, §8), without the address of the resource that gets it. `account` is the bare JID of its owner. */
export function carbonCopy(message: Stanza, direction: Direction, account: string): Stanza {
  return Stanza.of(
    el('message', NS_CLIENT, { from: account, type: message.type }, el(direction, NS_CARBONS, forwarded(message))),
  );
}
