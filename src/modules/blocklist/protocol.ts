/** The blocking command and its lists (XEP-0191 v1.3). Pure. */
import { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { randomId } from '../../stanza/ids.ts';
import { el, type Element } from '../../xml/element.ts';
import { NS_CLIENT } from '../../xml/namespaces.ts';
import { Stanza } from '../../xml/stanza.ts';

/** The command's namespace. */
export const NS_BLOCKING = 'urn:xmpp:blocking';
const NS_BLOCKING_ERRORS = 'urn:xmpp:blocking:errors';

/** What an account blocks, by canonical JID. */
export type Blocklist = ReadonlyMap<string, true>;

/**
 * The addresses that a command names, each once.
 * @throws StanzaError `bad-request`, `jid-malformed`
 */
export function parseItems(command: Element): Jid[] {
  const jids = new Map<string, Jid>();
  for (const item of command.elements()) {
    if (item.name !== 'item' || item.ns !== NS_BLOCKING) continue;
    const text = item.attr('jid');
    if (text === undefined) throw new StanzaError('bad-request', 'An item without jid');
    const jid = Jid.parse(text);
    if (jid === undefined) throw new StanzaError('jid-malformed', `"${text}" is no address`);
    jids.set(jid.key, jid);
  }
  return [...jids.values()];
}

/** An element with those addresses as its items. */
export function itemsElement(name: 'blocklist' | 'block' | 'unblock', jids: Iterable<string>): Element {
  return el(
    name,
    NS_BLOCKING,
    Array.from(jids, (jid) => el('item', NS_BLOCKING, { jid })),
  );
}

/** The push that tells a resource what was blocked or unblocked (§3.3, §3.4, §3.5); it has no address yet. */
export function blockingPush(command: Element): Stanza {
  return Stanza.of(el('iq', NS_CLIENT, { type: 'set', id: randomId() }, command));
}

/** Does the list have the address itself, its account, or its domain (§5)? */
export function isBlocked(list: Blocklist, jid: Jid): boolean {
  return list.has(jid.key) || list.has(jid.bare.key) || list.has(jid.domain);
}

/**
 * Addresses that no list applies to: those of the account itself (§4, note), and the server, without which it could not
 * even unblock it.
 */
export function isExempt(user: string, serverDomain: string, jid: Jid): boolean {
  return jid.bare.key === user || (jid.local === undefined && jid.domain === serverDomain);
}

/** What the user gets who sends something to a blocked address (§3.3). */
export function blockedError(): StanzaError {
  return new StanzaError('not-acceptable', 'You have blocked this address', el('blocked', NS_BLOCKING_ERRORS));
}
