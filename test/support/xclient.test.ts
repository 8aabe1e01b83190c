import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NothingCame, XClient } from './xclient.ts';

const HEADER = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

let server: Server;
let client: XClient;
let peer: Socket;

beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  client = await XClient.connect(portOf(server));
  peer = await accepted;
  peer.on('error', () => undefined);
});

afterEach(() => {
  client.destroy();
  peer.destroy();
  server.close();
});

test('events come in order and are kept until they are read', async () => {
  peer.end(`${HEADER}<a/><b/></stream:stream>`);
  const events = [];
  for (let i = 0; i < 5; i++) events.push(await client.next());
  expect(events).toMatchObject([
    { kind: 'header' },
    { kind: 'element', node: { name: 'a' } },
    { kind: 'element', node: { name: 'b' } },
    { kind: 'end' },
    { kind: 'closed' },
  ]);
  expect(client.closed).toBe(true);
});

test('a wait ends when nothing comes, and what comes later is not lost', async () => {
  await expect(client.next(20)).rejects.toThrow(NothingCame);
  peer.write(HEADER);
  expect(await client.next()).toMatchObject({ kind: 'header' });
});

test('bytes arrive exactly as they were sent', async () => {
  client.send(Buffer.from([0, 255, 60]));
  client.send('ü');
  client.endOutput();
  const received: Buffer[] = [];
  peer.on('data', (chunk: Buffer) => received.push(chunk));
  await once(peer, 'end');
  expect(Buffer.concat(received)).toEqual(Buffer.from([0, 255, 60, 0xc3, 0xbc]));
});

test('a connection that is reset is closed', async () => {
  peer.resetAndDestroy();
  expect(await client.next()).toMatchObject({ kind: 'closed', how: expect.stringContaining('broken') });
});

test('what we end ourselves is no event', async () => {
  client.destroy();
  await expect(client.next(20)).rejects.toThrow(NothingCame);
});

test('where nobody listens', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const port = portOf(other);
  other.close();
  await once(other, 'close');
  await expect(XClient.connect(port)).rejects.toThrow('ECONNREFUSED');
});

function portOf(listener: Server): number {
  const address: AddressInfo | string | null = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
