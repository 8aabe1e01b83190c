/** Reads what a server keeps for an account, over the protocol: offline messages, archive, roster, blocklist. */
import { attributeOf, childElements, type XmlNode } from '../support/dialogue/xml-node.ts';
import type { HistoryEvent } from './history.ts';
import { receivedEvent } from './load-slot.ts';
import { DOMAIN } from './server-process.ts';
import { FaultSession, childText, descendant } from './session.ts';

/** Tell `record` of all of it. @throws Error where the server does not answer */
export async function readBack(port: number, user: string, record: (event: HistoryEvent) => void): Promise<void> {
  const owner = `${user}@${DOMAIN}`;
  const session = await FaultSession.open(port, user, 'reader');
  const message = (node: XmlNode): void => {
    if (node.name === 'message') record(receivedEvent(session.jid, node));
  };
  session.send('<presence/>');
  await session.ask('get', 'offline', "<ping xmlns='urn:xmpp:ping'/>", message);
  await readArchive(session, owner, record, message);
  const roster = await session.ask('get', 'roster', "<query xmlns='jabber:iq:roster'/>", message);
  for (const item of itemsOf(roster)) {
    record({ kind: 'stored', owner, item: attributeOf(item, 'jid') ?? '', value: attributeOf(item, 'name') ?? '' });
  }
  const blocklist = await session.ask('get', 'blocklist', "<blocklist xmlns='urn:xmpp:blocking'/>", message);
  for (const item of itemsOf(blocklist)) {
    record({ kind: 'stored', owner, item: `blocked ${attributeOf(item, 'jid') ?? ''}`, value: 'blocked' });
  }
  session.destroy();
}

async function readArchive(
  session: FaultSession,
  owner: string,
  record: (event: HistoryEvent) => void,
  other: (node: XmlNode) => void,
): Promise<void> {
  for (let after: string | undefined, page = 1; ; page++) {
    const place = after === undefined ? '' : `<after>${after}</after>`;
    const set = `<set xmlns='http://jabber.org/protocol/rsm'><max>1000</max>${place}</set>`;
    const answer = await session.ask('set', `mam-${page}`, `<query xmlns='urn:xmpp:mam:2'>${set}</query>`, (node) => {
      const result = childElements(node).find(({ name, ns }) => name === 'result' && ns === 'urn:xmpp:mam:2');
      if (result === undefined) return other(node);
      const kept = descendant(result, 'message');
      record({ kind: 'archived', owner, id: (kept && attributeOf(kept, 'id')) ?? '' });
    });
    const fin = descendant(answer, 'fin');
    if (fin === undefined) throw new Error(`no archive of ${owner}`);
    const last = descendant(fin, 'set');
    after = last && childText(last, 'last');
    if (attributeOf(fin, 'complete') === 'true') return;
    if (after === undefined) throw new Error(`a page of ${owner} without an end`);
  }
}

function itemsOf(answer: XmlNode): XmlNode[] {
  return childElements(answer)
    .flatMap((child) => childElements(child))
    .filter(({ name }) => name === 'item');
}
