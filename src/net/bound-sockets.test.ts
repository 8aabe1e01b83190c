import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestLog } from '../../test/support/stream/service.ts';
import { BoundSockets } from './bound-sockets.ts';
import { addressOf, listenAt } from './listening-socket.ts';
import { TcpServer } from './tcp-server.ts';

const LISTEN = { keepAlive: true };
const ANYWHERE = { ...LISTEN, service: 'c2s', interfaces: ['127.0.0.1'], ports: [0] };

let bound: BoundSockets;
let own: Server;
let place: string;
let accepted: Socket[];
const clients: Socket[] = [];

beforeEach(async () => {
  bound = new BoundSockets();
  own = await listenAt({ name: '127.0.0.1', port: 0 }, LISTEN);
  place = addressOf(own);
  accepted = [];
});

afterEach(() => {
  for (const socket of [...clients.splice(0), ...accepted]) socket.destroy();
  own.close();
});

function open(options: Parameters<typeof TcpServer.listen>[0]): Promise<TcpServer> {
  const acceptor = { accept: (socket: Socket) => void accepted.push(socket), refused: () => undefined };
  return TcpServer.listen(options, acceptor, { accepting: true }, new TestLog(), bound);
}

async function connect(): Promise<Socket> {
  const socket = createConnection(Number(place.split(':')[1]), '127.0.0.1');
  clients.push(socket);
  await once(socket, 'connect');
  return socket;
}

async function acceptedAre(count: number): Promise<void> {
  while (accepted.length < count) await new Promise((resolve) => setImmediate(resolve));
}

test('one that is for a service by name is where it listens, and whoever came before is served', async () => {
  bound.add(own, 'c2s');
  const early = await connect();
  expect(bound.unused).toEqual([`${place} (c2s)`]);
  const server = await open(ANYWHERE);
  expect(server.addresses).toEqual([place]);
  expect(bound.unused).toEqual([]);
  await acceptedAre(1);
  expect(accepted[0]?.remotePort).toBe(early.localPort);
  await connect();
  await acceptedAre(2);
});

test('one for another service is left alone', async () => {
  bound.add(own, 'c2s_direct_tls');
  const server = await open(ANYWHERE);
  expect(server.addresses).not.toContain(place);
  expect(bound.unused).toHaveLength(1);
  server.close();
});

test('one without a name is for who wants its address', async () => {
  bound.add(own);
  const port = Number(place.split(':')[1]);
  const server = await open({ ...ANYWHERE, ports: [port] });
  expect(server.addresses).toEqual([place]);
  await connect();
  await acceptedAre(1);
});

test('one that listens at all addresses of both families is enough for both', async () => {
  const both = createServer();
  both.listen(0, '::');
  await once(both, 'listening');
  const address = both.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  try {
    bound.add(both);
    const server = await open({ ...ANYWHERE, interfaces: ['*', '::'], ports: [port] });
    expect(server.addresses).toEqual([`[::]:${port}`]);
  } finally {
    both.close();
  }
});

test('it stays bound when the service closes, so that it can be had again', async () => {
  bound.add(own, 'c2s');
  (await open(ANYWHERE)).close();
  expect(own.listening).toBe(true);
  const closed = await connect();
  await once(closed.resume(), 'close');
  expect(accepted).toEqual([]);
  await open(ANYWHERE);
  await connect();
  await acceptedAre(1);
});
