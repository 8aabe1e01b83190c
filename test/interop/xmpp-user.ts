/** A user of @xmpp/client 0.14, and all it says and hears. */
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { client, xml, type XmppClient, type XmppElement } from '@xmpp/client';
import { DOMAIN } from './interop-server.ts';

/** Milliseconds that an answer may take. */
const PATIENCE = 10_000;

/** Let the library trust a certificate, which it cannot be told itself. @param pem the certificate */
export function trust(pem: string): void {
  setDefaultCACertificates([...getCACertificates('default'), pem]);
}

/** Logs in as `name` with the password `secret of name`, with SCRAM-SHA-1, over TLS if the server offers it. */
export class XmppUser {
  readonly xmpp: XmppClient;
  readonly errors: Error[] = [];
  readonly statuses: string[] = [];
  #stanzas: XmppElement[] = [];
  #waiting: (() => void) | undefined;

  constructor(name: string, resource: string, port: number, transcript: string[]) {
    const who = `${name}/${resource}`.padEnd(11);
    this.xmpp = client({
      service: `xmpp://127.0.0.1:${port}`,
      domain: DOMAIN,
      resource,
      username: name,
      password: `secret of ${name}`,
    });
    this.xmpp.reconnect.stop();
    this.xmpp.on('send', (element) => transcript.push(`${who} → ${String(element)}`));
    this.xmpp.on('element', (element) => transcript.push(`${who} ← ${String(element)}`));
    this.xmpp.on('error', (error) => this.errors.push(error));
    this.xmpp.on('status', (status) => this.statuses.push(status));
    this.xmpp.on('stanza', (stanza) => {
      this.#stanzas.push(stanza);
      this.#waiting?.();
    });
  }

  /** Log in, get the roster and become available. */
  async arrive(): Promise<void> {
    await this.xmpp.start();
    await this.get('query', 'jabber:iq:roster');
    await this.xmpp.send(xml('presence', {}));
    await this.next('presence');
  }

  /** Send a chat message. */
  chat(to: string, body: string, id?: string): Promise<void> {
    return this.xmpp.send(xml('message', { to, type: 'chat', ...(id !== undefined && { id }) }, xml('body', {}, body)));
  }

  /** Presence of that type to somebody. */
  presence(type: string, to: string): Promise<void> {
    return this.xmpp.send(xml('presence', { type, to }));
  }

  /** What is in the answer to a request without children, if it has the request's name. */
  get(name: string, xmlns: string, to?: string): Promise<XmppElement | undefined> {
    return this.xmpp.iqCaller.get(xml(name, { xmlns }), to, PATIENCE);
  }

  /** The answer to a request to the own account. */
  set(element: XmppElement): Promise<XmppElement> {
    return this.xmpp.iqCaller.request(xml('iq', { type: 'set' }, element), PATIENCE);
  }

  /** The next stanza of that name, and of that type if one is given; others are dropped. */
  async next(name: string, type?: string): Promise<XmppElement> {
    const patience = setTimeout(() => this.#waiting?.(), PATIENCE);
    const deadline = Date.now() + PATIENCE;
    try {
      for (;;) {
        const stanza = this.#stanzas.shift();
        if (stanza?.name === name && (type === undefined || stanza.attrs['type'] === type)) return stanza;
        if (stanza !== undefined) continue;
        if (Date.now() >= deadline) throw new Error(`no ${type ?? ''} ${name} within ${PATIENCE} ms`);
        await new Promise<void>((resolve) => (this.#waiting = resolve));
      }
    } finally {
      clearTimeout(patience);
    }
  }

  /** What was received and not looked at, of that name. */
  rest(name: string): XmppElement[] {
    const found = this.#stanzas.filter((stanza) => stanza.name === name);
    this.#stanzas = [];
    return found;
  }
}
