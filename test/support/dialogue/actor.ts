/** One client of a running dialogue. */
import { PATIENCE, type ClientEvent, type XClient } from '../xclient.ts';
import { authenticate, bind, openStream, streamHeader, type Credentials, type Mechanism } from './login.ts';
import type { Level } from './step.ts';
import { attributeOf, type XmlNode } from './xml-node.ts';

/** Who a client is. */
export interface Identity {
  readonly credentials: Credentials;
  readonly resource: string | undefined;
}

let barriers = 0;

/** A client and how far it has come. */
export class Actor {
  readonly name: string;
  readonly client: XClient;
  readonly domain: string;
  readonly #identity: Identity | undefined;
  /** Its full JID, once it is bound by `connect`. */
  jid: string | undefined;
  /** It has sent part of an element, so nothing of ours may go between. */
  midway = false;
  /** It has gone; how the server takes leave of it does not matter. */
  hasLeft = false;

  constructor(name: string, client: XClient, domain: string, identity: Identity | undefined) {
    this.name = name;
    this.client = client;
    this.domain = domain;
    this.#identity = identity;
  }

  /** The account's bare JID, or `undefined` for a client without an account. */
  get account(): string | undefined {
    const credentials = this.#identity?.credentials;
    return credentials && `${credentials.user}@${credentials.domain}`;
  }

  /** Can its stream be used to find out that everything before has been processed? */
  get answersPings(): boolean {
    return this.jid !== undefined && !this.midway && !this.hasLeft && !this.client.closed;
  }

  /** Send a stream header. */
  open(domain: string): void {
    this.client.send(streamHeader(domain));
  }

  /** Log in as far as `level`, without presence. */
  async reach(level: Level): Promise<void> {
    if (level === 'raw') return;
    await openStream(this.client, this.domain);
    if (level === 'opened') return;
    await this.authenticate('SCRAM-SHA-1');
    if (level === 'authenticated') return;
    this.jid = await bind(this.client, this.#identity?.resource);
  }

  /** Authenticate on an open stream. */
  async authenticate(mechanism: Mechanism): Promise<void> {
    if (this.#identity === undefined) throw new Error(`${this.name} is no account of the header`);
    await authenticate(this.client, { ...this.#identity.credentials, mechanism });
  }

  /** Ping the server and wait for the answer: all this client sent before is processed. Nothing that comes is lost. */
  async barrier(): Promise<void> {
    const id = `barrier-${++barriers}`;
    this.client.send(`<iq type='get' id='${id}' to='${this.domain}'><ping xmlns='urn:xmpp:ping'/></iq>`);
    await this.#until((node) => node.name === 'iq' && attributeOf(node, 'id') === id);
  }

  /** Send available presence and wait until it came back. */
  async becomeAvailable(priority: number): Promise<void> {
    this.client.send(priority === 0 ? '<presence/>' : `<presence><priority>${priority}</priority></presence>`);
    await this.#until((node) => isPresenceFrom(node, this.jid ?? ''));
  }

  /** Forget unread available presence from these full JIDs. */
  discardPresence(from: (jid: string) => boolean): void {
    this.client.discard(
      (event) =>
        event.kind === 'element' &&
        from(attributeOf(event.node, 'from') ?? '') &&
        isPresenceFrom(event.node, attributeOf(event.node, 'from') ?? ''),
    );
  }

  /** Read up to an element, which is taken out; everything before it stays unread. */
  async #until(wanted: (node: XmlNode) => boolean): Promise<void> {
    const skipped: ClientEvent[] = [];
    try {
      for (;;) {
        const event = await this.client.next(PATIENCE);
        if (event.kind === 'element' && wanted(event.node)) return;
        skipped.push(event);
        if (event.kind !== 'element') return;
      }
    } finally {
      this.client.putBack(skipped);
    }
  }
}

function isPresenceFrom(node: XmlNode, jid: string): boolean {
  return node.name === 'presence' && attributeOf(node, 'type') === undefined && attributeOf(node, 'from') === jid;
}
