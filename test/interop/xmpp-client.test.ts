/** @xmpp/client 0.14 logs in over TCP and over TLS with SCRAM, chats, and uses what an account has. */
import { readFileSync } from 'node:fs';
import { client, xml, type XmppElement } from '@xmpp/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestServer } from '../support/dialogue/test-server.ts';
import { DOMAIN, keepTranscript, startEncryptedServer, startInteropServer } from './interop-server.ts';
import { trust, XmppUser } from './xmpp-user.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startInteropServer();
  await server.addUser('alice', 'secret of alice');
  await server.addUser('bob', 'secret of bob');
});

afterAll(() => server.stop());

test('login, messages both ways, ping, logout', async () => {
  const transcript: string[] = [];
  const alice = new XmppUser('alice', 'desk', server.port, transcript);
  const bob = new XmppUser('bob', 'phone', server.port, transcript);

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

test('everything an account has, over TLS', { timeout: 30_000 }, async () => {
  const encrypted = await startEncryptedServer();
  trust(readFileSync(encrypted.certificate, 'utf8'));
  const { port } = encrypted.server;
  const transcript: string[] = [];
  const desk = new XmppUser('alice', 'desk', port, transcript);
  const phone = new XmppUser('alice', 'phone', port, transcript);
  const bob = new XmppUser('bob', 'home', port, transcript);
  const part = (title: string): unknown => transcript.push(`# ${title}`);
  const body = (message: XmppElement | undefined): string | null | undefined => message?.getChildText('body');
  try {
    await encrypted.server.addUser('alice', 'secret of alice');
    await encrypted.server.addUser('bob', 'secret of bob');
    part('login');
    for (const user of [desk, phone, bob]) await user.arrive();

    part('subscription (RFC 6121 §3)');
    await desk.presence('subscribe', `bob@${DOMAIN}`);
    await bob.next('presence', 'subscribe');
    await bob.presence('subscribed', `alice@${DOMAIN}`);
    for (;;) {
      const push = await phone.next('iq', 'set');
      if (push.getChild('query')?.getChild('item')?.attrs['subscription'] === 'to') break;
    }
    expect((await desk.next('presence', 'subscribed')).attrs['from']).toBe(`bob@${DOMAIN}`);
    expect((await desk.next('presence')).attrs['from']).toBe(`bob@${DOMAIN}/home`);

    part('chat, with copies to the other resource (XEP-0280)');
    await phone.set(xml('enable', { xmlns: 'urn:xmpp:carbons:2' }));
    await desk.chat(`bob@${DOMAIN}`, 'one', 'm1');
    expect(body(await bob.next('message'))).toBe('one');
    const copy = (await phone.next('message')).getChild('sent')?.getChild('forwarded')?.getChild('message');
    expect(body(copy)).toBe('one');

    part('a message for who is not there (XEP-0160)');
    await bob.xmpp.stop();
    await desk.next('presence', 'unavailable');
    await desk.chat(`bob@${DOMAIN}`, 'two', 'm2');
    await desk.get('ping', 'urn:xmpp:ping', DOMAIN);
    const later = new XmppUser('bob', 'later', port, transcript);
    await later.xmpp.start();
    await later.xmpp.send(xml('presence', {}));
    const late = await later.next('message');
    expect([body(late), late.getChild('delay')?.attrs['from']]).toEqual(['two', DOMAIN]);

    part('history (XEP-0313)');
    const fin = (await later.set(xml('query', { xmlns: 'urn:xmpp:mam:2' }))).getChild('fin');
    expect(fin?.attrs['complete']).toBe('true');
    const history = later.rest('message').map((message) => {
      return body(message.getChild('result')?.getChild('forwarded')?.getChild('message'));
    });
    expect(history).toEqual(['one', 'two']);

    part('blocking (XEP-0191)');
    const item = xml('item', { jid: `alice@${DOMAIN}` });
    await later.set(xml('block', { xmlns: 'urn:xmpp:blocking' }, item));
    expect((await desk.next('presence', 'unavailable')).attrs['from']).toBe(`bob@${DOMAIN}/later`);
    await desk.chat(`bob@${DOMAIN}/later`, 'three', 'm3');
    await desk.get('ping', 'urn:xmpp:ping', DOMAIN);
    await later.set(xml('unblock', { xmlns: 'urn:xmpp:blocking' }, item));
    await desk.chat(`bob@${DOMAIN}/later`, 'four', 'm4');
    expect(body(await later.next('message'))).toBe('four');

    part('a card (XEP-0054)');
    await desk.set(xml('vCard', { xmlns: 'vcard-temp' }, xml('FN', {}, 'Alice Liddell')));
    const card = await later.get('vCard', 'vcard-temp', `alice@${DOMAIN}`);
    expect(card?.getChildText('FN')).toBe('Alice Liddell');

    part('logout');
    // Before that: the library goes on to acknowledge stanzas while it closes, which fails at times.
    expect([...desk.errors, ...phone.errors, ...later.errors]).toEqual([]);
    for (const user of [desk, phone, later]) await user.xmpp.stop();
    expect(transcript.join('\n')).toMatch(/→ <starttls /);
  } finally {
    keepTranscript('xmpp-client-tls', transcript);
    await encrypted.stop();
  }
});
