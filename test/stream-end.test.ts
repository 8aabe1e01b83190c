/** The last answers of a client that closes its stream at once, over a real connection and a store that takes its time. */
import { afterEach, expect, test } from 'vitest';
import { startServer } from './support/server.ts';
import type { TestServer } from './support/dialogue/test-server.ts';
import { bind, plainAuth } from './support/stream/login.ts';
import { header } from './support/stream/recorder.ts';
import { RawClient } from './support/stream/tcp.ts';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

test('all requests before </stream:stream> are answered before it is', async () => {
  server = await startServer({ hosts: ['localhost'], options: {} });
  await server.addUser('alice', 'a');
  const client = await RawClient.connect(`127.0.0.1:${server.port}`);
  await client.ask(header('localhost'), '</stream:features>');
  await client.ask(plainAuth('alice', 'a'), '<success ');
  await client.ask(header('localhost'), '</stream:features>');
  await client.ask(bind('r'), '</iq>');
  const changes = Array.from(
    { length: 20 },
    (_, i) => `<iq type='set' id='s${i}'><query xmlns='jabber:iq:roster'><item jid='c${i}@x.test'/></query></iq>`,
  );
  client.send(`${changes.join('')}<iq type='get' id='g'><query xmlns='jabber:iq:roster'/></iq></stream:stream>`);
  await client.until(({ ended }) => ended);
  const answers = [...client.received.matchAll(/<iq [^>]*type='result'[^>]*>/g)].map(
    ([tag]) => /id='([sg]\d*)'/.exec(tag)?.[1],
  );
  expect(answers.filter((id) => id !== undefined)).toEqual([...changes.map((_, i) => `s${i}`), 'g']);
  expect(client.received).toMatch(/<\/stream:stream>$/);
  client.socket.destroy();
});
