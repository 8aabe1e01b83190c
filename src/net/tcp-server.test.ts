import { networkInterfaces } from 'node:os';
import type * as Net from 'node:net';
import type { Server, ServerOpts, Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TestLog } from '../../test/support/stream/service.ts';
import { RawClient } from '../../test/support/stream/tcp.ts';
import type { ListenOptions } from './interface.ts';
import { TcpServer, type Acceptor, type RefusalReason } from './tcp-server.ts';

/** Every server that was made, so that it can be given errors. */
const made = vi.hoisted(() => new Array<Server>());
vi.mock('node:net', async (original) => {
  const net = await original<typeof Net>();
  const createServer = (options: ServerOpts): Server => {
    const server = net.createServer(options);
    made.push(server);
    return server;
  };
  return { ...net, createServer };
});

const servers: TcpServer[] = [];
const sockets: Socket[] = [];
const admission = { accepting: true };
afterEach(() => {
  admission.accepting = true;
  for (const server of servers.splice(0)) server.close();
  for (const socket of sockets.splice(0)) socket.destroy();
});

const hasIPv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));

async function listen(options: Partial<ListenOptions>, log = new TestLog()) {
  const acceptor = { accepted: 0, refusals: 0, reasons: new Array<RefusalReason>() };
  const handlers: Acceptor = {
    accept: (socket) => {
      acceptor.accepted++;
      sockets.push(socket);
    },
    refused: (reason) => {
      acceptor.refusals++;
      acceptor.reasons.push(reason);
    },
  };
  const server = await TcpServer.listen(
    { service: 'c2s', interfaces: ['127.0.0.1'], ports: [0], keepAlive: true, ...options },
    handlers,
    admission,
    log,
  );
  servers.push(server);
  return { server, acceptor, log };
}

describe('TcpServer', () => {
  it('listens on every port of every interface', async () => {
    const { server, acceptor } = await listen({ interfaces: ['127.0.0.1', '127.0.0.2'], ports: [0, 0] });
    expect(server.addresses).toHaveLength(4);
    expect(new Set(server.addresses).size).toBe(4);
    for (const address of server.addresses) {
      expect(address).toMatch(/^127\.0\.0\.[12]:\d+$/);
      (await RawClient.connect(address)).socket.destroy();
    }
    await vi.waitFor(() => expect(acceptor.accepted).toBe(4));
  });

  it('opens what is new and closes what is not wanted; what stays, and connections, are not touched', async () => {
    const { server, acceptor } = await listen({ interfaces: ['127.0.0.1'], ports: [0] });
    const [first = ''] = server.addresses;
    const { socket } = await RawClient.connect(first);
    await vi.waitFor(() => expect(acceptor.accepted).toBe(1));
    const wanted = { service: 'c2s', ports: [0], keepAlive: true };
    await server.change({ ...wanted, interfaces: ['127.0.0.1', '127.0.0.2'] });
    expect(server.addresses).toEqual([first, expect.stringMatching(/^127\.0\.0\.2:\d+$/)]);
    await server.change({ ...wanted, interfaces: ['127.0.0.2'] });
    await expect(RawClient.connect(first)).rejects.toThrow('ECONNREFUSED');
    const taken = await listen({});
    const port = Number(taken.server.addresses[0]?.split(':')[1]);
    const change = server.change({ ...wanted, interfaces: ['127.0.0.1'], ports: [port] });
    await expect(change).rejects.toThrow('another program listens there');
    const [second = ''] = server.addresses;
    expect(second).toMatch(/^127\.0\.0\.2:/);
    (await RawClient.connect(second)).socket.destroy();
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });

  it('takes * for every IPv4 address', async () => {
    const { server } = await listen({ interfaces: ['*'] });
    const port = /^0\.0\.0\.0:(\d+)$/.exec(server.addresses[0] ?? '')?.[1] ?? '';
    (await RawClient.connect(`127.0.0.1:${port}`)).socket.destroy();
  });

  it.skipIf(!hasIPv6)('listens on the same port of both families', async () => {
    const { server } = await listen({ interfaces: ['*'] });
    const port = Number(server.addresses[0]?.split(':')[1]);
    const six = await listen({ interfaces: ['::'], ports: [port] });
    expect(six.server.addresses).toEqual([`[::]:${port}`]);
    (await RawClient.connect(`[::1]:${port}`)).socket.destroy();
    await vi.waitFor(() => expect(six.acceptor.accepted).toBe(1));
  });

  it('says why it cannot listen, and then listens nowhere', async () => {
    const { server } = await listen({});
    const port = Number(server.addresses[0]?.split(':')[1]);
    const free = Number((await listen({})).server.addresses[0]?.split(':')[1]);
    servers.pop()?.close();
    await expect(listen({ ports: [free, port] })).rejects.toThrow(
      `Cannot listen on 127.0.0.1:${port}: another program listens there`,
    );
    await expect(RawClient.connect(free)).rejects.toThrow('ECONNREFUSED');
    await expect(listen({ interfaces: ['192.0.2.1'] })).rejects.toThrow('does not have that address');
    await expect(listen({ interfaces: [] })).rejects.toThrow('no address to listen on');
  });

  it('sends no connection but the first ones on, where there is a limit', async () => {
    const { server, acceptor } = await listen({ maxConnections: 2 });
    const [port] = server.addresses;
    const clients = [];
    for (let i = 0; i < 3; i++) clients.push(await RawClient.connect(port ?? ''));
    await vi.waitFor(() => expect(acceptor.refusals).toBe(1));
    expect(acceptor.accepted).toBe(2);
    await clients[2]?.until(({ ended, closed }) => ended || closed);
    for (const { socket } of clients) socket.destroy();
  });

  it('closes new connections at once while none are to be taken, and keeps those there are', async () => {
    const { server, acceptor } = await listen({ interfaces: ['127.0.0.1', '127.0.0.2'] });
    const [one = '', other = ''] = server.addresses;
    const early = await RawClient.connect(one);
    await vi.waitFor(() => expect(acceptor.accepted).toBe(1));
    admission.accepting = false;
    for (const address of [one, other]) {
      await (await RawClient.connect(address)).until(({ ended, closed }) => ended || closed);
    }
    expect(acceptor.accepted).toBe(1);
    expect(acceptor.reasons).toEqual(['memory', 'memory']);
    expect(early.ended).toBe(false);
    admission.accepting = true;
    await RawClient.connect(other);
    await vi.waitFor(() => expect(acceptor.accepted).toBe(2));
  });

  it('S122: survives that a connection cannot be accepted, and says so now and then', async () => {
    const { log } = await listen({});
    for (let i = 0; i < 5; i++) made.at(-1)?.emit('error', new Error('accept EMFILE'));
    expect(log.lines.map(({ line }) => line)).toEqual(['error a connection was not accepted']);
  });

  it('takes no new connections once closed, and keeps those there are', async () => {
    const { server, acceptor } = await listen({});
    const client = await RawClient.connect(server.addresses[0] ?? '');
    await vi.waitFor(() => expect(acceptor.accepted).toBe(1));
    server.close();
    await expect(RawClient.connect(server.addresses[0] ?? '')).rejects.toThrow('ECONNREFUSED');
    sockets[0]?.write('still here');
    await client.until(({ received }) => received === 'still here');
    client.socket.destroy();
  });
});
