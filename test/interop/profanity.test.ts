/** profanity over TLS, with @xmpp/client on the other side. */
import { readFileSync } from 'node:fs';
import { xml } from '@xmpp/client';
import { describe, expect, test } from 'vitest';
import { needs } from '../support/needs.ts';
import { DOMAIN, keepTranscript, startEncryptedServer } from './interop-server.ts';
import { ProfanityHome, type ProfanityTerminal } from './profanity-terminal.ts';
import { trust, XmppUser } from './xmpp-user.ts';

const ALICE = `alice@${DOMAIN}`;
const BOB = `bob@${DOMAIN}`;
const LOGGED_IN = 'logged in successfully';

describe.skipIf(!needs('profanity'))('profanity', () => {
  test('login, roster, subscription, chat, carbons, offline messages, history', { timeout: 60_000 }, async () => {
    const { server, certificate, stop } = await startEncryptedServer();
    trust(readFileSync(certificate, 'utf8'));
    await server.addUser('alice', 'secret of alice');
    await server.addUser('bob', 'secret of bob');
    const transcript: string[] = [];
    const bob = new XmppUser('bob', 'home', server.port, []);
    const desk = new XmppUser('alice', 'desk', server.port, []);
    const home = new ProfanityHome('alice', 'profanity', server.port, certificate);
    const elsewhere = new ProfanityHome('alice', 'new', server.port, certificate);
    let terminal: ProfanityTerminal | undefined;
    const part = async (title: string): Promise<void> => {
      if (terminal !== undefined) transcript.push(await terminal.screen());
      transcript.push(`# ${title}`);
    };
    try {
      await bob.arrive();
      await part('login');
      terminal = await home.start('alice');
      await terminal.shows(LOGGED_IN);

      await part('roster and subscription');
      await terminal.type(`/roster add ${BOB} Bob`);
      await terminal.shows(`Roster item added: ${BOB} (Bob)`);
      await terminal.type(`/sub request ${BOB}`);
      await bob.next('presence', 'subscribe');
      await bob.presence('subscribed', ALICE);
      await bob.presence('subscribe', ALICE);
      await terminal.shows(`Received authorization request from ${BOB}`);
      await terminal.type(`/sub allow ${BOB}`);
      await bob.next('presence', 'subscribed');

      await part('chat');
      await terminal.type(`/msg ${BOB} Hello <Bob> & "co" ü`);
      const message = await bob.next('message');
      expect(message.getChildText('body')).toBe('Hello <Bob> & "co" ü');
      await bob.chat(message.attrs['from'] ?? '', 'Hello from Bob');
      await terminal.shows('Hello from Bob');

      await part('carbons');
      await terminal.type('/carbons on');
      await desk.arrive();
      await desk.chat(BOB, 'sent from the desk');
      await terminal.shows('sent from the desk');

      await part('a message for who is not there');
      await terminal.quit();
      await desk.xmpp.stop();
      await bob.chat(ALICE, 'while you were out');
      await bob.get('ping', 'urn:xmpp:ping', DOMAIN);
      terminal = await home.start('alice');
      await terminal.shows(LOGGED_IN);
      await terminal.type(`/msg ${BOB}`);
      await terminal.shows('while you were out');

      await part('history');
      await terminal.quit();
      terminal = await elsewhere.start('alice');
      await terminal.shows(LOGGED_IN);
      await terminal.type('/mam on');
      await terminal.type(`/msg ${BOB}`);
      for (const text of ['Hello <Bob> & "co" ü', 'Hello from Bob', 'sent from the desk', 'while you were out']) {
        await terminal.shows(text);
      }

      await part('blocking');
      await terminal.type(`/blocked add ${BOB}`);
      await bob.next('presence', 'unavailable');
      await terminal.type('/quit');
      await bob.xmpp.send(xml('presence', { type: 'unavailable' }));
      expect([...home.transcript(), ...elsewhere.transcript()].join('\n')).toMatch(/SENT: <auth mechanism="SCRAM-SHA-/);
    } finally {
      await terminal?.kill();
      keepTranscript('profanity-screens', transcript);
      keepTranscript('profanity', [...home.transcript(), ...elsewhere.transcript()]);
      for (const place of [home, elsewhere]) place.remove();
      await bob.xmpp.stop();
      await stop();
    }
  });
});
