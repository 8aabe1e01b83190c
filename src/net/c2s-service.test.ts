import { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bind, loginHost, plainAuth } from '../../test/support/stream/login.ts';
import { header } from '../../test/support/stream/recorder.ts';
import { serviceOptions, startService, TestLog, type TestService } from '../../test/support/stream/service.ts';
import { RawClient, sleep } from '../../test/support/stream/tcp.ts';
import { Metrics } from '../metrics/metrics.ts';
import { TimingWheel } from '../util/timing-wheel.ts';
import { C2sService } from './c2s-service.ts';
import type { C2sListenOptions, StreamDeadlines } from './interface.ts';
import { TlsContexts } from './tls/tls-contexts.ts';

const services: TestService[] = [];
afterEach(async () => {
  for (const { listener } of services.splice(0)) await listener.close();
});

async function start(
  host = loginHost(),
  deadlines: Partial<StreamDeadlines> = {},
  more: Partial<C2sListenOptions> = {},
): Promise<TestService> {
  const service = await startService(serviceOptions([host], deadlines, more));
  services.push(service);
  return service;
}

describe('connections of one address', () => {
  /** A socket as if it came from somewhere. */
  function from(address: string): Socket {
    const socket = new Socket();
    Object.defineProperty(socket, 'remoteAddress', { value: address });
    return socket;
  }

  it('are limited until they authenticate', async () => {
    const host = loginHost();
    const service = new C2sService(
      serviceOptions([host], {}, { maxUnauthenticated: 3 }),
      new TimingWheel(),
      new TlsContexts(),
      new TestLog(),
      new Metrics(),
    );
    const sockets = Array.from({ length: 4 }, () => from('192.0.2.7'));
    for (const socket of sockets) service.accept(socket);
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false, false, false, true]);
    const other = from('192.0.2.8');
    service.accept(other);
    expect(other.destroyed).toBe(false);

    const [first, second] = sockets;
    first?.emit('data', Buffer.from(header() + plainAuth('alice', 'a')));
    await vi.waitFor(() => {
      const next = from('192.0.2.7');
      service.accept(next);
      expect(next.destroyed).toBe(false);
    });
    second?.destroy();
    await sleep(0);
    const [last, tooMany] = [from('192.0.2.7'), from('192.0.2.7')];
    service.accept(last);
    service.accept(tooMany);
    expect([last.destroyed, tooMany.destroyed]).toEqual([false, true]);
  });

  it('from loopback are not', async () => {
    const service = await start(loginHost(), {}, { maxUnauthenticated: 1 });
    const clients = await Promise.all([1, 2, 3].map(() => service.connect()));
    for (const client of clients) await client.ask(header(), '</stream:features>');
  });

  it('that are gone before they are taken are not counted', () => {
    const service = new C2sService(
      serviceOptions([]),
      new TimingWheel(),
      new TlsContexts(),
      new TestLog(),
      new Metrics(),
    );
    const socket = new Socket();
    service.accept(socket);
    expect(socket.destroyed).toBe(true);
  });
});

describe('a service that closes', () => {
  it('takes nobody, sends strangers away, and keeps sessions', async () => {
    const host = loginHost();
    const service = await start(host);
    const stranger = await service.connect();
    await stranger.ask(header(), '</stream:features>');
    const silent = await service.connect();
    await sleep(20);
    const member = await service.login('r');
    await service.listener.close();
    await stranger.until(({ ended }) => ended);
    await silent.until(({ ended }) => ended);
    expect(stranger.received).toMatch(/<system-shutdown .*<\/stream:stream>$/);
    expect(silent.received).toMatch(/^<\?xml.*<system-shutdown .*<\/stream:stream>$/);
    await expect(service.connect()).rejects.toThrow('ECONNREFUSED');
    await member.ask('</stream:stream>', '</stream:stream>');
  });

  it('is drained when the last one is gone', async () => {
    const host = loginHost();
    const service = await start(host);
    await service.listener.drained();
    const client = await service.login('r');
    await service.listener.close();
    let drained = false;
    const draining = service.listener.drained().then(() => (drained = true));
    await sleep(50);
    expect(drained).toBe(false);
    client.socket.end('</stream:stream>');
    await draining;
  });

  it('cuts what does not close in time', async () => {
    const host = loginHost();
    const service = await start(host, { close: 100 });
    const client = await service.login('r');
    await service.listener.close();
    await service.listener.drained();
    await client.until(({ ended }) => ended);
    expect(host.sessions[0]?.ends).toEqual([{ kind: 'lost' }]);
    expect(service.log.lines.map(({ line }) => line)).toContain('warn connections did not close in time');
  });
});

it('S11: leaves nothing behind of connections that come and go', async () => {
  const host = loginHost();
  const wheel = new TimingWheel();
  const metrics = new Metrics();
  const service = new C2sService(serviceOptions([host]), wheel, new TlsContexts(), new TestLog(), metrics);
  await service.open({ accepting: true });
  const address = service.addresses[0] ?? '';
  for (let round = 0; round < 10; round++) {
    await Promise.all(
      Array.from({ length: 30 }, async (_, i) => {
        const client = await RawClient.connect(address);
        if (i % 3 > 0) client.send(header());
        if (i % 3 > 1) client.send(plainAuth('alice', 'a') + header() + bind(`r${i}`));
        await sleep(5);
        if (i % 2 === 0) client.socket.resetAndDestroy();
        else client.socket.destroy();
      }),
    );
  }
  await vi.waitFor(() => expect(metrics.gauge('couplet_connections', '', { service: 'c2s' }).value).toBe(0), 3000);
  expect(wheel.armed).toBe(0);
  await service.close();
  await service.drained();
  for (const session of host.sessions) expect(session.ends).toHaveLength(1);
});
