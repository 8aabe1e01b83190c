/**
 * One client that sends messages and changes items of its account, and logs in again whenever its session is over. What
 * was not acknowledged it sends again, in order and unchanged, before anything new.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { attributeOf, childElements, type XmlNode } from '../support/dialogue/xml-node.ts';
import type { HistoryEvent } from './history.ts';
import { DOMAIN } from './server-process.ts';
import { FaultSession, SessionOver, descendant } from './session.ts';

/** Stanzas that may wait for their acknowledgement. */
const WINDOW = 12;

/** Items of one client. */
const ITEMS = 5;

/** Milliseconds between two attempts to log in. */
const AGAIN = 25;

interface Pending {
  readonly id: string;
  readonly xml: string;
  readonly send: HistoryEvent;
  readonly done: HistoryEvent;
}

/** What a slot is told. */
export interface SlotOptions {
  readonly port: number;
  /** Local part of its account, and its own name within it. */
  readonly user: string;
  readonly name: string;
  readonly others: readonly string[];
  /** Milliseconds between two bursts. */
  readonly pause: number;
  readonly random: () => number;
  readonly record: (event: HistoryEvent) => void;
  /** Told why a session ended that it did not end itself. */
  readonly over: (how: string) => void;
}

/** See the file's comment. */
export class LoadSlot {
  readonly #options: SlotOptions;
  readonly #account: string;
  readonly #slot: string;
  readonly #unacked: Pending[] = [];
  /** What was sent since acknowledgements were enabled and is not counted yet; a ping is `undefined`. */
  #uncounted: (Pending | undefined)[] = [];
  #counted = 0;
  #handled = 0;
  #number = 0;
  #changes = 0;
  #bursts = 0;
  #sessions = 0;
  #stopping = false;
  #session: FaultSession | undefined;

  constructor(options: SlotOptions) {
    this.#options = options;
    this.#account = `${options.user}@${DOMAIN}`;
    this.#slot = `${this.#account}/${options.name}`;
  }

  /** Messages and changes that are not acknowledged. */
  get waiting(): number {
    return this.#unacked.length;
  }

  /** Runs until `stop`, and then until everything is acknowledged. */
  async run(): Promise<void> {
    while (!this.#stopping || this.#unacked.length > 0) {
      try {
        await this.#live();
      } catch (error) {
        // Killed, frozen too long, or not up yet: that is what this is for.
        if (this.#session !== undefined) this.#options.over(error instanceof SessionOver ? error.how : String(error));
      }
      this.#session?.destroy();
      this.#session = undefined;
      await sleep(AGAIN);
    }
  }

  /** Send nothing new any more. */
  stop(): void {
    this.#stopping = true;
  }

  async #live(): Promise<void> {
    const { port, user, name } = this.#options;
    const session = await FaultSession.open(port, user, `${name}-${++this.#sessions}`);
    this.#session = session;
    session.send("<enable xmlns='urn:xmpp:sm:3'/>");
    while ((await session.next()).name !== 'enabled');
    this.#uncounted = [];
    this.#counted = 0;
    this.#handled = 0;
    this.#sendPresence(session);
    for (const pending of this.#unacked) this.#send(session, pending);
    this.#burst(session);
    while (!this.#stopping || this.#unacked.length > 0) this.#receive(session, await session.next());
  }

  #sendPresence(session: FaultSession): void {
    session.send('<presence/>');
    this.#uncounted.push(undefined);
  }

  #burst(session: FaultSession): void {
    if (session !== this.#session) return;
    if (!this.#stopping) {
      while (this.#unacked.length < WINDOW) {
        const pending = this.#number % 10 === 9 ? this.#change() : this.#message();
        this.#unacked.push(pending);
        this.#send(session, pending);
      }
    }
    if (++this.#bursts % 3 === 0) {
      session.send(`<iq type='get' id='ping-${this.#number}'><ping xmlns='urn:xmpp:ping'/></iq>`);
      this.#uncounted.push(undefined);
    } else session.send("<r xmlns='urn:xmpp:sm:3'/>");
  }

  #message(): Pending {
    const { others, random, user, name } = this.#options;
    const number = ++this.#number;
    const to = `${others[Math.floor(random() * others.length)]}@${DOMAIN}`;
    const id = `${user}${name}x${number}x`;
    const xml = `<message to='${to}' type='chat' id='${id}'><body>${id}</body><origin-id xmlns='urn:xmpp:sid:0' id='${id}'/></message>`;
    const send: HistoryEvent = { kind: 'sent', id, from: this.#account, slot: this.#slot, to, number };
    return { id, xml, send, done: { kind: 'acked', id } };
  }

  #change(): Pending {
    const number = ++this.#number;
    const change = ++this.#changes;
    const own = `${this.#options.user}${this.#options.name}`;
    const id = `${own}q${number}x`;
    const contact = `c${change % ITEMS}-${own}@example.com`;
    const mark = `${own}v${change}x`; // unique, so that it can be found on the disk
    const blocks = change % 3 === 0;
    const item = blocks ? `blocked ${mark}@example.com` : contact;
    const value = blocks ? 'blocked' : mark;
    const query = blocks
      ? `<block xmlns='urn:xmpp:blocking'><item jid='${mark}@example.com'/></block>`
      : `<query xmlns='jabber:iq:roster'><item jid='${contact}' name='${mark}'/></query>`;
    return {
      id,
      xml: `<iq type='set' id='${id}'>${query}</iq>`,
      send: { kind: 'asked', owner: this.#account, item, value, number: change },
      done: { kind: 'confirmed', owner: this.#account, item, number: change },
    };
  }

  #send(session: FaultSession, pending: Pending): void {
    this.#options.record(pending.send);
    this.#uncounted.push(pending);
    session.send(pending.xml);
  }

  #receive(session: FaultSession, node: XmlNode): void {
    if (node.ns === 'urn:xmpp:sm:3') {
      if (node.name === 'r') session.send(`<a xmlns='urn:xmpp:sm:3' h='${this.#handled}'/>`);
      else if (node.name === 'a') {
        const h = Number(attributeOf(node, 'h'));
        const done = this.#uncounted.splice(0, h - this.#counted);
        this.#counted = h;
        for (const pending of done) if (pending !== undefined) this.#done(pending);
        this.#later(session);
      }
      return;
    }
    this.#handled++;
    const id = attributeOf(node, 'id') ?? '';
    const type = attributeOf(node, 'type');
    if (node.name === 'iq' && (type === 'result' || type === 'error')) this.#answered(session, node, id);
    else if (node.name === 'message') this.#came(session, node, id);
  }

  #answered(session: FaultSession, node: XmlNode, id: string): void {
    const problem = attributeOf(node, 'type') === 'error' ? conditionOf(node) : undefined;
    if (id.startsWith('ping-')) {
      if (problem === undefined) {
        const until = this.#unacked.findLastIndex(({ id: sent }) => numberOf(sent) <= numberOf(id));
        for (const pending of this.#unacked.slice(0, until + 1)) this.#done(pending);
      }
      this.#later(session);
      return;
    }
    const pending = this.#unacked.find((one) => one.id === id);
    if (pending === undefined) return;
    if (problem === undefined) this.#done(pending);
    else this.#refused(pending, problem);
  }

  #came(session: FaultSession, node: XmlNode, id: string): void {
    if (attributeOf(node, 'type') === 'error') {
      const pending = this.#unacked.find((one) => one.id === id);
      this.#options.record({ kind: 'refused', id, condition: conditionOf(node) });
      if (pending !== undefined) this.#remove(pending);
      return;
    }
    this.#options.record(receivedEvent(session.jid, node));
  }

  #done(pending: Pending): void {
    if (this.#remove(pending)) this.#options.record(pending.done);
  }

  /** A change that was refused was not made; it counts as never confirmed. */
  #refused(pending: Pending, condition: string): void {
    if (this.#remove(pending)) this.#options.record({ kind: 'refused', id: `${this.#slot} ${pending.id}`, condition });
  }

  #remove(pending: Pending): boolean {
    const index = this.#unacked.indexOf(pending);
    if (index >= 0) this.#unacked.splice(index, 1);
    return index >= 0;
  }

  #later(session: FaultSession): void {
    setTimeout(() => this.#burst(session), this.#options.pause * (0.5 + this.#options.random()));
  }
}

/** What a message that came tells the history. */
export function receivedEvent(session: string, node: XmlNode): HistoryEvent {
  const delayed = childElements(node).some(({ ns }) => ns === 'urn:xmpp:delay');
  return {
    kind: 'received',
    id: attributeOf(node, 'id') ?? '',
    session,
    sender: attributeOf(node, 'from') ?? '',
    delayed,
  };
}

function conditionOf(node: XmlNode): string {
  const error = descendant(node, 'error');
  return (error && childElements(error)[0]?.name) ?? 'unknown';
}

/** Every id carries the number that rises within its slot. */
function numberOf(id: string): number {
  return Number(/(\d+)x?$/.exec(id)?.[1]);
}
