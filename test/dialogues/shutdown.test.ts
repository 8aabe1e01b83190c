/** What clients see of a server that stops, which no dialogue can show: their server is shared. */
import { expect, test } from 'vitest';
import { bind, authenticate, openStream } from '../support/dialogue/login.ts';
import { childElements } from '../support/dialogue/xml-node.ts';
import { startServer } from '../support/server.ts';
import { XClient, type ClientEvent } from '../support/xclient.ts';

const DOMAIN = 'localhost';

// covers: 6120-4.9.3.20-system-shutdown
test('a server that stops closes its streams with system-shutdown', async () => {
  const server = await startServer({ hosts: [DOMAIN], options: { c2s_close_timeout: 1 } });
  await server.addUser('alice', 'secret');
  const client = await XClient.connect(server.port);
  await openStream(client, DOMAIN);
  await authenticate(client, { domain: DOMAIN, user: 'alice', password: 'secret' });
  await bind(client, 'desk');

  const stopped = server.stop();
  expect(conditionOf(await client.next())).toBe('system-shutdown');
  expect(await client.next()).toEqual({ kind: 'end' });
  client.send('</stream:stream>');
  expect(await client.next()).toMatchObject({ kind: 'closed' });
  await stopped;
  await expect(XClient.connect(server.port)).rejects.toThrow('ECONNREFUSED');
});

test('a server that stops does not wait for clients for ever', async () => {
  const server = await startServer({ hosts: [DOMAIN], options: { c2s_close_timeout: 1 } });
  await server.addUser('alice', 'secret');
  const client = await XClient.connect(server.port);
  await openStream(client, DOMAIN);
  await authenticate(client, { domain: DOMAIN, user: 'alice', password: 'secret' });
  await bind(client, 'desk');

  const started = performance.now();
  await server.stop();
  expect(performance.now() - started).toBeLessThan(4_000);
  client.destroy();
});

function conditionOf(event: ClientEvent): string | undefined {
  return event.kind === 'element' && event.node.name === 'error' ? childElements(event.node)[0]?.name : undefined;
}
