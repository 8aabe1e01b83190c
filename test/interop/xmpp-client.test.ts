/** @xmpp/client 0.14 logs in over TCP with SCRAM, chats, pings the server, and leaves. */
import { client, xml, type XmppClient, type XmppElement } from '@xmpp/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestServer } from '../support/dialogue/test-server.ts';
import { DOMAIN, keepTranscript, startInteropServer } from './interop-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startInteropServer();
  await server.addUser('alice', 'secret of alice');
  await server.addUser('bob', 'secret of bob');
});

afterAll(() => server.stop());

/** One user of the library, and all it says and hears. */
class User {
  readonly xmpp: XmppClient;
  readonly errors: Error[] = [];
  readonly statuses: string[] = [];
  readonly #stanzas: XmppElement[] = [];
  #waiting: (() => void) | undefined;

  constructor(name: string, resource: string, transcript: string[]) {
    this.xmpp = client({
      service: `xmpp://127.0.0.1:${server.port}`,
      domain: DOMAIN,
      resource,
      username: name,
      password: `secret of ${name}`,
    });
    this.xmpp.reconnect.stop();
    this.xmpp.on('send', (element) => transcript.push(`${name.padEnd(5)} → ${String(element)}`));
    this.xmpp.on('element', (element) => transcript.push(`${name.padEnd(5)} ← ${String(element)}`));
    this.xmpp.on('error', (error) => this.errors.push(error));
    this.xmpp.on('status', (status) => this.statuses.push(status));
    this.xmpp.on('stanza', (stanza) => {
      this.#stanzas.push(stanza);
      this.#waiting?.();
    });
  }

  /** The next stanza of that name; others are dropped. */
  async next(name: string): Promise<XmppElement> {
    for (;;) {
      const stanza = this.#stanzas.shift();
      if (stanza?.is(name) === true) return stanza;
      if (stanza === undefined) await new Promise<void>((resolve) => (this.#waiting = resolve));
    }
  }
}

test('login, messages both ways, ping, logout', async () => {
  const transcript: string[] = [];
  const alice = new User('alice', 'desk', transcript);
  const bob = new User('bob', 'phone', transcript);

  expect(String(await alice.xmpp.start())).toBe(`alice@${DOMAIN}/desk`);
  expect(String(await bob.xmpp.start())).toBe(`bob@${DOMAIN}/phone`);
  await alice.xmpp.send(xml('presence', {}));
  await bob.xmpp.send(xml('presence', {}));
  expect((await alice.next('presence')).attrs['from']).toBe(`alice@${DOMAIN}/desk`);
  expect((await bob.next('presence')).attrs['from']).toBe(`bob@${DOMAIN}/phone`);

  const text = 'Wherefore art thou, <Romeo> & "co"? ü 🙂';
  await alice.xmpp.send(xml('message', { to: `bob@${DOMAIN}`, type: 'chat', id: 'm1' }, xml('body', {}, text)));
  const first = await bob.next('message');
  expect(first.attrs).toMatchObject({ from: `alice@${DOMAIN}/desk`, to: `bob@${DOMAIN}`, type: 'chat', id: 'm1' });
  expect(first.getChildText('body')).toBe(text);
  await bob.xmpp.send(
    xml('message', { to: `alice@${DOMAIN}/desk`, type: 'chat' }, xml('body', {}, 'Neither, fair saint')),
  );
  expect((await alice.next('message')).getChildText('body')).toBe('Neither, fair saint');

  await alice.xmpp.iqCaller.get(xml('ping', { xmlns: 'urn:xmpp:ping' }), DOMAIN, 5_000);

  await alice.xmpp.stop();
  await bob.xmpp.stop();
  keepTranscript('xmpp-client', transcript);
  expect(transcript.join('\n')).toMatch(/<auth[^>]*mechanism="SCRAM-SHA-1"/);
  expect([...alice.errors, ...bob.errors]).toEqual([]);
  expect(alice.statuses.at(-1)).toBe('offline');
});

test('a wrong password is refused', async () => {
  const xmpp = client({
    service: `xmpp://127.0.0.1:${server.port}`,
    domain: DOMAIN,
    resource: 'desk',
    username: 'alice',
    password: 'wrong',
  });
  xmpp.reconnect.stop();
  xmpp.on('error', () => undefined);
  await expect(xmpp.start()).rejects.toThrow('not-authorized');
  await xmpp.stop();
});
