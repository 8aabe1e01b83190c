import { afterAll, describe, expect, it, vi } from 'vitest';
import { loginHost, plainAuth } from '../../test/support/stream/login.ts';
import { header } from '../../test/support/stream/recorder.ts';
import { serviceOptions, startService, type TestService } from '../../test/support/stream/service.ts';
import { sleep } from '../../test/support/stream/tcp.ts';
import type { StreamDeadlines } from './interface.ts';

const services: TestService[] = [];
afterAll(async () => {
  for (const { listener } of services) await listener.close();
});

async function start(deadlines: StreamDeadlines): Promise<TestService> {
  const service = await startService(serviceOptions([loginHost()], deadlines));
  services.push(service);
  return service;
}

describe.concurrent('S10: deadlines', () => {
  const SHORT = { tls: 500, header: 500, auth: 500, bind: 500, finish: 500, close: 500 };

  it.each([
    ['says nothing', [], 'header'],
    ['says a byte now and then', ['<', 's', 't', 'r', 'e', 'a', 'm', ':'], 'header'],
    ['does not authenticate', [header()], 'auth'],
    ['leaves an exchange', [header(), `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'/>`], 'auth'],
    ['keeps failing slowly', [header(), plainAuth('alice', 'x'), plainAuth('alice', 'y')], 'auth'],
    ['sends no second header', [header(), plainAuth('alice', 'a')], 'bind'],
    ['does not bind', [header(), plainAuth('alice', 'a'), header()], 'bind'],
  ])('a client that %s', async (_what, texts, phase) => {
    const service = await start(SHORT);
    const started = performance.now();
    const client = await service.connect();
    for (const text of texts) {
      client.send(text);
      await sleep(50);
    }
    await client.until(({ ended }) => ended, 3000);
    expect(performance.now() - started).toBeGreaterThan(450);
    expect(client.received).toMatch(/<connection-timeout .*<\/stream:stream>$/);
    expect(service.metric('couplet_connections_expired_total', phase)).toBe(1);
    client.socket.destroy();
  });

  it('do not apply to a client that is bound', async () => {
    const service = await start(SHORT);
    const client = await service.login('r');
    await sleep(1200);
    expect(client.ended).toBe(false);
  });

  it('a client that does not close its side is cut', async () => {
    const service = await start(SHORT);
    const client = await service.connect();
    client.send(header('unknown.test'));
    await client.until(({ ended }) => ended);
    expect(client.closed).toBe(false);
    await vi.waitFor(() => expect(service.metric('couplet_connections')).toBe(0), 2000);
    expect(service.metric('couplet_connections_expired_total', 'close')).toBe(1);
  });

  it('hold for 200 at once, while another one logs in', { timeout: 20_000 }, async () => {
    const service = await start({ tls: 500, header: 1500, auth: 1500, bind: 1500, finish: 500, close: 500 });
    const clients = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const client = await service.connect();
        if (i % 4 === 1) client.send('<?xml ');
        if (i % 4 >= 2) client.send(header());
        if (i % 4 === 3) client.send(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-1'/>`);
        return client;
      }),
    );
    const started = performance.now();
    await service.login('r');
    expect(performance.now() - started).toBeLessThan(1000);
    await Promise.all(clients.map((client) => client.until(({ ended }) => ended, 5000)));
    await vi.waitFor(() => expect(service.metric('couplet_connections')).toBe(1), 3000);
    expect(service.metric('couplet_connections_expired_total', 'header')).toBe(100);
    expect(service.metric('couplet_connections_expired_total', 'auth')).toBe(100);
  });
});
