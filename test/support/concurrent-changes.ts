/**
 * Four resources of one account change its roster and its block list at once, over sockets, each without waiting for
 * answers. What they were told has to be what is stored, in every detail.
 */
import { XClient } from './xclient.ts';
import { attributeOf, childElements, textOf, type XmlNode } from './dialogue/xml-node.ts';
import type { TestServer } from './dialogue/test-server.ts';

const RESOURCES = ['a', 'b', 'c', 'd'];
/** Contacts that all resources change. */
const SHARED = 5;
const PATIENCE = 15_000;
const NS_ROSTER = 'jabber:iq:roster';
const NS_BLOCKING = 'urn:xmpp:blocking';

/** What is wrong afterwards, in sentences; empty if nothing is. */
export async function concurrentChanges(server: TestServer, changes: number): Promise<string[]> {
  await server.addUser('alice', 'secret');
  const clients = await Promise.all(RESOURCES.map((resource) => Resource.login(server, resource)));
  const rounds = Math.ceil(changes / RESOURCES.length / 2);
  for (let round = 0; round < rounds; round++) for (const client of clients) client.change(round);
  const expected = rounds * RESOURCES.length;
  await Promise.all(clients.map((client) => client.told(expected + SHARED, expected)));
  const problems = clients.flatMap((client) => client.problems);
  const [first, ...others] = clients;
  const witness = await Resource.login(server, 'witness');
  const roster = await witness.ask(`<query xmlns='${NS_ROSTER}'/>`);
  const list = await witness.ask(`<blocklist xmlns='${NS_BLOCKING}'/>`);
  if (first === undefined) return ['nobody logged in'];

  for (const other of others) {
    if (other.rosterPushes.join('\n') !== first.rosterPushes.join('\n')) problems.push('resources saw other rosters');
    if (other.blockPushes.join('\n') !== first.blockPushes.join('\n')) problems.push('resources saw other block lists');
  }
  if (first.rosterPushes.length !== expected + SHARED) problems.push(`${first.rosterPushes.length} roster pushes`);
  if (first.blockPushes.length !== expected) problems.push(`${first.blockPushes.length} block pushes`);
  if (new Set(first.versions).size !== expected + SHARED) problems.push('two changes made the same version');
  const version = attributeOf(roster, 'ver');
  if (version !== first.versions.at(-1))
    problems.push(`the roster is of version ${version ?? ''}, not the last pushed`);
  if (shown(childElements(roster).map(itemOf)) !== shown(replay(first.rosterPushes))) {
    problems.push('the roster is not what was pushed');
  }
  const blocked = childElements(list).map((item) => attributeOf(item, 'jid') ?? '');
  if (shown(blocked) !== shown(replayBlocks(first.blockPushes))) problems.push('the block list is not what was pushed');
  for (const item of childElements(roster)) {
    const isShared = (attributeOf(item, 'jid') ?? '').startsWith('shared-');
    const isWhole = attributeOf(item, 'name') !== undefined && attributeOf(item, 'approved') === 'true';
    if (isShared && !isWhole) problems.push(`${itemOf(item)}: lost in part`);
  }
  for (const resource of RESOURCES) {
    for (let round = 0; round < rounds; round++) {
      const contact = `${resource}-${round}@example.com`;
      const blockedNow = round % 4 !== 3 && !(round % 4 === 1 && round + 2 < rounds);
      if (blocked.includes(contact) !== blockedNow) problems.push(`${contact}: lost on the block list`);
      const listed = round % 2 === 0 && !(round % 4 === 0 && round + 3 < rounds);
      if (childElements(roster).some((item) => attributeOf(item, 'jid') === contact) !== listed) {
        problems.push(`${contact}: lost in the roster`);
      }
    }
  }
  await Promise.all([...clients, witness].map((client) => client.leave()));
  return problems;
}

/** One logged in resource and what it was told. */
class Resource {
  readonly problems: string[] = [];
  readonly rosterPushes: string[] = [];
  readonly blockPushes: string[] = [];
  readonly versions: string[] = [];
  readonly #client: XClient;
  readonly #name: string;
  #asked = 0;
  #answers = 0;

  private constructor(client: XClient, name: string) {
    this.#client = client;
    this.#name = name;
  }

  static async login({ port, domains }: TestServer, name: string): Promise<Resource> {
    const client = await XClient.connect(port);
    const self = new Resource(client, name);
    const header = `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='${domains[0] ?? ''}'>`;
    const plain = Buffer.from('\0alice\0secret').toString('base64');
    client.send(`${header}<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${plain}</auth>`);
    while ((await self.#next()).name !== 'success');
    client.send(`<?xml version='1.0'?>${header}`);
    while ((await self.#next()).name !== 'features');
    await self.ask(`<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${name}</resource></bind>`, 'set');
    await self.ask(`<query xmlns='${NS_ROSTER}'/>`);
    await self.ask(`<blocklist xmlns='${NS_BLOCKING}'/>`);
    return self;
  }

  /** Send two changes: one of the roster, one of the block list. */
  change(round: number): void {
    const shared = `shared-${round % SHARED}@example.com`;
    const own = `${this.#name}-${round}@example.com`;
    const before = `${this.#name}-${round - 2}@example.com`;
    const item =
      round % 2 === 0
        ? `<item jid='${own}' name='${round}'/>`
        : round % 4 === 1
          ? `<item jid='${shared}' name='${this.#name} ${round}'><group>${this.#name}</group></item>`
          : `<item jid='${this.#name}-${round - 3}@example.com' subscription='remove'/>`;
    this.#send(`<query xmlns='${NS_ROSTER}'>${item}</query>`);
    // An approval in advance changes the item that others give a name: both have to stay.
    if (round % 4 === 1) this.#client.send(`<presence type='subscribed' to='${shared}'/>`);
    if (round % 4 === 3) this.#send(`<unblock xmlns='${NS_BLOCKING}'><item jid='${before}'/></unblock>`);
    else this.#send(`<block xmlns='${NS_BLOCKING}'><item jid='${own}'/></block>`);
  }

  /** Wait until all changes are answered, and so many pushes of each kind have come. @throws NothingCame */
  async told(roster: number, blocks: number): Promise<void> {
    while (this.#answers < this.#asked || this.rosterPushes.length < roster || this.blockPushes.length < blocks) {
      this.#took(await this.#next());
    }
    await this.ask(`<query xmlns='${NS_ROSTER}'/>`); // what is pushed too often has come by then
  }

  /** What is in the answer to a request. */
  async ask(payload: string, type = 'get'): Promise<XmlNode> {
    this.#client.send(`<iq type='${type}' id='ask'>${payload}</iq>`);
    for (;;) {
      const node = await this.#next();
      if (attributeOf(node, 'id') !== 'ask') this.#took(node);
      else return childElements(node)[0] ?? node;
    }
  }

  async leave(): Promise<void> {
    this.#client.send('</stream:stream>');
    await this.#client.flushed();
    this.#client.destroy();
  }

  #send(payload: string): void {
    this.#client.send(`<iq type='set' id='c${++this.#asked}'>${payload}</iq>`);
  }

  #took(node: XmlNode): void {
    const [child] = childElements(node);
    const type = attributeOf(node, 'type');
    if (type === 'result' || type === 'error') {
      this.#answers++;
      if (attributeOf(node, 'id') !== `c${this.#answers}`) this.problems.push('answers are out of order');
      if (type === 'error')
        this.problems.push(`refused: ${child === undefined ? '' : (childElements(child)[0]?.name ?? '')}`);
    } else if (child?.ns === NS_ROSTER) {
      this.versions.push(attributeOf(child, 'ver') ?? '');
      this.rosterPushes.push(...childElements(child).map(itemOf));
    } else if (child?.ns === NS_BLOCKING) {
      this.blockPushes.push(...childElements(child).map((item) => `${child.name} ${attributeOf(item, 'jid') ?? ''}`));
    }
  }

  async #next(): Promise<XmlNode> {
    for (;;) {
      const event = await this.#client.next(PATIENCE);
      if (event.kind === 'element') return event.node;
      if (event.kind !== 'header') throw new Error(`${this.#name}: ${event.kind}`);
    }
  }
}

/** A roster item: `jid name group approved subscription`. */
function itemOf(item: XmlNode): string {
  const groups = childElements(item).map(textOf);
  return [
    attributeOf(item, 'jid'),
    attributeOf(item, 'name'),
    ...groups,
    attributeOf(item, 'approved'),
    attributeOf(item, 'subscription'),
  ].join(' ');
}

/** The roster that comes of these pushes. */
function replay(pushes: readonly string[]): string[] {
  const items = new Map<string, string>();
  for (const push of pushes) {
    const jid = push.slice(0, push.indexOf(' '));
    if (push.endsWith(' remove')) items.delete(jid);
    else items.set(jid, push);
  }
  return [...items.values()];
}

function replayBlocks(pushes: readonly string[]): string[] {
  const list = new Set<string>();
  for (const push of pushes) {
    const [command, jid = ''] = push.split(' ');
    if (command === 'block') list.add(jid);
    else list.delete(jid);
  }
  return [...list];
}

function shown(lines: readonly string[]): string {
  return lines.toSorted().join('\n');
}
