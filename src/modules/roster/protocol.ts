/** What clients say about rosters and hear of them (RFC 6121 §2). */
import { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { randomId } from '../../stanza/ids.ts';
import { el, type Element } from '../../xml/element.ts';
import { NS_CLIENT } from '../../xml/namespaces.ts';
import { Stanza } from '../../xml/stanza.ts';
import type { RosterItem, RosterItems } from './service.ts';

export const NS_ROSTER = 'jabber:iq:roster';
const NS_ROSTERVER = 'urn:xmpp:features:rosterver';

/** Longest name of a contact or a group, in bytes. */
const MAX_NAME = 1023;
/** Most groups of one contact. */
const MAX_GROUPS = 64;

/** What a roster set asks for; anything else that it says is the server's to decide (§2.1.2.2, §2.1.2.5). */
export interface RosterSet {
  /** Canonical bare JID. */
  readonly contact: string;
  readonly remove: boolean;
  readonly name: string | undefined;
  readonly groups: readonly string[];
}

/**
 * Read a roster set of `user`.
 * @throws StanzaError `bad-request`, `jid-malformed`, `not-allowed`, `not-acceptable` (§2.3.3)
 */
export function parseSet(query: Element, user: string): RosterSet {
  const [item, ...more] = query.elements();
  if (item === undefined || more.length > 0 || !item.is('item', NS_ROSTER)) {
    throw new StanzaError('bad-request', 'A roster set has exactly one item');
  }
  const address = item.attr('jid');
  if (address === undefined) throw new StanzaError('bad-request', 'The item has no JID');
  const jid = Jid.parse(address);
  if (jid === undefined) throw new StanzaError('jid-malformed', 'The item’s JID is malformed');
  if (jid.isFull) throw new StanzaError('bad-request', 'A roster holds bare JIDs');
  if (jid.key === user) throw new StanzaError('not-allowed', 'Your own account cannot be in your roster');
  if (item.attr('subscription') === 'remove') {
    return { contact: jid.key, remove: true, name: undefined, groups: [] };
  }
  return { contact: jid.key, remove: false, name: nameOf(item), groups: groupsOf(item) };
}

/** The answer to a roster get (§2.1.4), without those who have only asked. */
export function rosterElement(items: RosterItems, version: string): Element {
  const children: Element[] = [];
  for (const [contact, item] of items) if (item.listed) children.push(itemElement(contact, item));
  return el('query', NS_ROSTER, { ver: version }, children);
}

/** A roster push (§2.1.6); an item that is not listed is gone for the client. */
export function rosterPush(contact: string, item: RosterItem | undefined, version: string): Stanza {
  const child = item?.listed === true ? itemElement(contact, item) : removedElement(contact);
  const query = el('query', NS_ROSTER, { ver: version }, child);
  return Stanza.of(el('iq', NS_CLIENT, { type: 'set', id: randomId() }, query));
}

/** Do clients see another item now than before? */
export function looksDifferent(before: RosterItem | undefined, after: RosterItem | undefined): boolean {
  const there = after?.listed === true;
  if ((before?.listed === true) !== there) return true;
  if (!there || before === undefined) return false;
  return (
    before.name !== after.name ||
    before.subscription !== after.subscription ||
    before.ask !== after.ask ||
    before.approved !== after.approved ||
    before.groups.length !== after.groups.length ||
    before.groups.some((group, index) => group !== after.groups[index])
  );
}

/** Says in the stream features that the roster has versions (§2.6.1). */
export function versionFeature(): Element {
  return el('ver', NS_ROSTERVER);
}

function itemElement(jid: string, { subscription, name, ask, approved, groups }: RosterItem): Element {
  return el(
    'item',
    NS_ROSTER,
    { jid, subscription, name, ask: ask ? 'subscribe' : undefined, approved: approved ? 'true' : undefined },
    groups.map((group) => el('group', NS_ROSTER, group)),
  );
}

function removedElement(jid: string): Element {
  return el('item', NS_ROSTER, { jid, subscription: 'remove' });
}

function nameOf(item: Element): string | undefined {
  const name = item.attr('name') ?? '';
  if (Buffer.byteLength(name) > MAX_NAME) throw new StanzaError('not-acceptable', 'The name is too long');
  return name === '' ? undefined : name;
}

function groupsOf(item: Element): readonly string[] {
  const groups = item.elements('group').map((group) => group.text());
  if (groups.length > MAX_GROUPS) throw new StanzaError('not-acceptable', 'Too many groups');
  for (const group of groups) {
    if (group === '') throw new StanzaError('not-acceptable', 'A group needs a name');
    if (Buffer.byteLength(group) > MAX_NAME) throw new StanzaError('not-acceptable', 'The name of a group is too long');
  }
  if (new Set(groups).size !== groups.length) throw new StanzaError('bad-request', 'A group is named twice');
  return groups;
}
