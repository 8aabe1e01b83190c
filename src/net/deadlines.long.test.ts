/** S10 and S11 at full size. The clients live in a process of their own: both ends need a descriptor for each connection. */
import { spawn } from 'node:child_process';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { loginHost } from '../../test/support/stream/login.ts';
import { serviceOptions, startService, type TestService } from '../../test/support/stream/service.ts';
import { Metrics } from '../metrics/metrics.ts';
import { TimingWheel } from '../util/timing-wheel.ts';
import { TestLog } from '../../test/support/stream/service.ts';
import { C2sService } from './c2s-service.ts';
import { TlsContexts } from './tls/tls-contexts.ts';

const SILENT = 5000;
const services: TestService[] = [];
afterAll(async () => {
  for (const { listener } of services) await listener.close();
});

/** Run a script with that port and number as arguments; resolves with what it prints. */
function clients(script: string, address: string, count: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const port = address.slice(address.lastIndexOf(':') + 1);
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script, port, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.on('error', reject);
  child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`clients: exit code ${code}`))));
  return promise;
}

/** Opens connections of four kinds and waits until the server has ended all; prints first and last of those times. */
const OPEN_AND_WAIT = `
  import { connect } from 'node:net';
  const [port, count] = process.argv.slice(1).map(Number);
  const header = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='a.test' version='1.0'>";
  const texts = ['', '<', header, header + "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-1'/>"];
  const times = [];
  for (let i = 0; i < count; i++) {
    const socket = connect(port, '127.0.0.1');
    let started;
    socket.on('connect', () => (started = performance.now()));
    socket.write(texts[i % 4]);
    socket.on('error', () => undefined);
    socket.on('data', () => undefined);
    socket.on('end', () => {
      times.push(performance.now() - started);
      if (times.length === count) console.log(Math.min(...times), Math.max(...times));
    });
    if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }
`;

/** Connects and leaves in four ways, that many times, in lots of 200. */
const COME_AND_GO = `
  import { connect } from 'node:net';
  const [port, count] = process.argv.slice(1).map(Number);
  const header = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='a.test' version='1.0'>";
  for (let i = 0; i < count; i += 200) {
    await Promise.all(Array.from({ length: 200 }, (_, k) => new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.on('close', resolve);
      socket.on('connect', () => {
        socket.write(k % 2 ? header : '<stream:str');
        if (k % 4 === 0) socket.end();
        else if (k % 4 === 1) socket.resetAndDestroy();
        else setImmediate(() => socket.destroy());
      });
      socket.resume();
    })));
  }
`;

describe('at full size', () => {
  it('S10: 5000 silent connections end in time, and another client is served', { timeout: 60_000 }, async () => {
    const service = await startService(
      serviceOptions([loginHost()], { header: 8000, auth: 8000, bind: 8000, close: 1000 }),
    );
    services.push(service);
    const ended = clients(OPEN_AND_WAIT, service.listener.addresses[0] ?? '', SILENT);
    await vi.waitFor(() => expect(service.metric('couplet_connections')).toBe(SILENT), {
      timeout: 20_000,
      interval: 20,
    });
    const started = performance.now();
    const innocent = await service.login('r');
    expect(performance.now() - started).toBeLessThan(1000);
    const [first = 0, last = 0] = (await ended).split(' ').map(Number);
    expect(first).toBeGreaterThan(7900);
    expect(last).toBeLessThan(10_000);
    expect(innocent.ended).toBe(false);
    innocent.socket.destroy();
    await vi.waitFor(() => expect(service.metric('couplet_connections')).toBe(0), { timeout: 5000 });
  });

  it('S11: 200 000 connections that come and go leave nothing', { timeout: 600_000 }, async () => {
    const wheel = new TimingWheel();
    const metrics = new Metrics();
    const service = new C2sService(serviceOptions([loginHost()]), wheel, new TlsContexts(), new TestLog(), metrics);
    await service.open();
    const [address = ''] = service.addresses;
    await clients(COME_AND_GO, address, 20_000);
    const before = process.memoryUsage().rss;
    await clients(COME_AND_GO, address, 180_000);
    const open = metrics.gauge('couplet_connections', '', { service: 'c2s' });
    await vi.waitFor(() => expect(open.value).toBe(0), { timeout: 10_000 });
    expect(wheel.armed).toBe(0);
    expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(20);
    await service.close();
  });
});
