/** A bound session of a client that takes a server's death as a matter of course. */
import { PASSWORD } from '../../bench/servers/accounts.ts';
import { authenticate, openStream } from '../support/dialogue/login.ts';
import { attributeOf, childElements, textOf, type XmlNode } from '../support/dialogue/xml-node.ts';
import { XClient } from '../support/xclient.ts';
import { DOMAIN } from './server-process.ts';

/** Milliseconds for one answer: a database may be away for a while, a server frozen. */
const PATIENCE = 60_000;

/** The session is over. */
export class SessionOver extends Error {
  /** The condition of the stream error, or what else ended it. */
  readonly how: string;

  constructor(how: string) {
    super(how);
    this.how = how;
  }
}

/** One session. */
export class FaultSession {
  /** Full JID. */
  readonly jid: string;
  readonly #client: XClient;

  private constructor(client: XClient, jid: string) {
    this.#client = client;
    this.jid = jid;
  }

  /**
   * Connect, log in, bind.
   * @throws Error where the server does not answer or refuses
   */
  static async open(port: number, user: string, resource: string): Promise<FaultSession> {
    const client = await XClient.connect(port);
    try {
      await openStream(client, DOMAIN);
      await authenticate(client, { domain: DOMAIN, user, password: PASSWORD, mechanism: 'PLAIN' });
      const session = new FaultSession(client, `${user}@${DOMAIN}/${resource}`);
      const bind = `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind>`;
      const answer = await session.ask('set', 'bind', bind);
      if (attributeOf(answer, 'type') !== 'result') throw new SessionOver('no resource');
      return session;
    } catch (error) {
      client.destroy();
      throw error;
    }
  }

  send(xml: string): void {
    this.#client.send(xml);
  }

  /** The next stanza or nonza. @throws SessionOver */
  async next(patience = PATIENCE): Promise<XmlNode> {
    const event = await this.#client.next(patience);
    if (event.kind !== 'element') throw new SessionOver(event.kind === 'closed' ? event.how : event.kind);
    if (event.node.name === 'error' && event.node.ns === 'http://etherx.jabber.org/streams') {
      throw new SessionOver(childElements(event.node)[0]?.name ?? 'stream error');
    }
    return event.node;
  }

  /** Send a request to the own account and read up to its answer. @param other gets what comes before it */
  async ask(
    type: 'get' | 'set',
    id: string,
    xml: string,
    other: (node: XmlNode) => void = () => undefined,
  ): Promise<XmlNode> {
    this.send(`<iq type='${type}' id='${id}'>${xml}</iq>`);
    for (;;) {
      const node = await this.next();
      if (node.name === 'iq' && attributeOf(node, 'id') === id && attributeOf(node, 'type') !== 'get') return node;
      other(node);
    }
  }

  /** Drop the connection. */
  destroy(): void {
    this.#client.destroy();
  }
}

/** A child element by its name, anywhere below. */
export function descendant(node: XmlNode, name: string): XmlNode | undefined {
  for (const child of childElements(node)) {
    const found = child.name === name ? child : descendant(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Text of a child element. */
export function childText(node: XmlNode, name: string): string | undefined {
  const child = childElements(node).find((one) => one.name === name);
  return child && textOf(child);
}
