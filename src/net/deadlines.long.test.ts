/** S10 and S11 at full size. The clients live in a process of their own: both ends need a descriptor for each connection. */
import { spawn } from 'node:child_process';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { loginHost } from '../../test/support/stream/login.ts';
import { serviceOptions, startService, type TestService } from '../../test/support/stream/service.ts';
import { Metrics } from '../metrics/metrics.ts';
import { starttlsFeature } from '../stream/features/starttls.ts';
import type { StreamHost } from '../stream/interface.ts';
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

/** What both scripts have: a header that leads to STARTTLS, and what a client of TLS says first. */
const COMMON = `
  import { connect } from 'node:net';
  import { connect as secure } from 'node:tls';
  import { Duplex } from 'node:stream';
  const [port, count] = process.argv.slice(1).map(Number);
  const header = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='a.test' version='1.0'>";
  const starttls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
  const hello = await new Promise((resolve) => {
    const socket = new Duplex({ read() {}, write: (chunk) => resolve(chunk) });
    secure({ socket, servername: 'a.test' }).on('error', () => undefined);
  });
`;

/** Opens connections of six kinds and waits until the server has ended all; prints first and last of those times. */
const OPEN_AND_WAIT = `${COMMON}
  const sasl = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-1'/>";
  const texts = ['', '<', header, header + sasl, header + starttls, header + starttls];
  const times = [];
  for (let i = 0; i < count; i++) {
    const socket = connect(port, '127.0.0.1');
    const kind = i % texts.length;
    let started;
    socket.on('connect', () => (started = performance.now()));
    socket.write(texts[kind]);
    socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
      if (kind === 5 && chunk.includes('<proceed')) socket.write(hello.subarray(0, 100)); // TLS, half of the first flight
    });
    socket.on('close', () => {
      times.push(performance.now() - started);
      if (times.length === count) console.log(Math.min(...times), Math.max(...times));
    });
    if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }
`;

/** Connects and leaves in many ways, that many times, in lots of 200; prints how many did so in the middle of TLS. */
const COME_AND_GO = `${COMMON}
  const leave = {
    fin: (socket) => socket.destroy(),
    rst: (socket) => socket.resetAndDestroy(),
    half: (socket) => socket.end(), // and reads on until the server has closed its side too
  };
  const leaves = Object.values(leave);
  const half = hello.subarray(0, 100);
  const stages = [
    (socket, go) => go(),
    (socket, go) => socket.write('<stream:str', go),
    (socket, go) => socket.write(header, go),
    (socket, go) => socket.write(header) && socket.once('data', go),
    (socket, go) => secured(socket, () => socket.write(half, go)),
    (socket, go) => secured(socket, () => socket.write(hello, go)),
    (socket, go) => secured(socket, () => socket.write(hello) && socket.once('data', go)),
  ];
  let encrypting = 0;
  function secured(socket, then) {
    socket.write(header + starttls);
    socket.on('data', function look(chunk) {
      if (!chunk.includes('<proceed')) return;
      socket.off('data', look);
      encrypting++;
      then();
    });
  }
  const ways = stages.flatMap((stage) => leaves.map((go) => (socket) => stage(socket, () => go(socket))));
  for (let i = 0; i < count; i += 200) {
    await Promise.all(Array.from({ length: 200 }, (_, k) => new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.on('close', resolve);
      socket.on('connect', () => ways[(i + k) % ways.length](socket));
      socket.resume();
    })));
  }
  console.log(encrypting);
`;

/** Figures of a run that passed are worth keeping too. */
function report(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Offers STARTTLS besides logins in clear. */
function encryptingHost(): StreamHost {
  const host = loginHost();
  host.list.unshift(starttlsFeature(false));
  return host;
}

/** How many sockets this process has. */
function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name.startsWith('TCPSocket') || name.startsWith('TLS'))
    .length;
}

describe('at full size', () => {
  it('S10: 5000 silent connections end in time, and another client is served', { timeout: 60_000 }, async () => {
    const service = await startService(
      serviceOptions([encryptingHost()], { tls: 8000, header: 8000, auth: 8000, bind: 8000, close: 1000 }),
      ['a.test'],
    );
    services.push(service);
    const ended = clients(OPEN_AND_WAIT, service.listener.addresses[0] ?? '', SILENT);
    await vi.waitFor(() => expect(service.metric('couplet_connections')).toBe(SILENT), {
      timeout: 20_000,
      interval: 20,
    });
    const started = performance.now();
    const innocent = await service.login('r');
    const login = performance.now() - started;
    expect(login).toBeLessThan(1000);
    const [first = 0, last = 0] = (await ended).split(' ').map(Number);
    report(`${SILENT} silent connections: ended after ${first} to ${last} ms, a login meanwhile took ${login} ms`);
    expect(first).toBeGreaterThan(7900);
    expect(last).toBeLessThan(10_000);
    expect(service.metric('couplet_connections_expired_total', 'tls')).toBe(Math.floor(SILENT / 6));
    expect(innocent.ended).toBe(false);
    innocent.socket.destroy();
    await vi.waitFor(() => expect(service.metric('couplet_connections')).toBe(0), { timeout: 5000 });
  });

  it('S11: 200 000 connections that come and go leave nothing', { timeout: 600_000 }, async () => {
    const wheel = new TimingWheel();
    const metrics = new Metrics();
    const tls = new TlsContexts();
    await tls.serve('a.test', { profile: 'intermediate' });
    const log = new TestLog();
    const service = new C2sService(serviceOptions([encryptingHost()]), wheel, tls, log, metrics);
    await service.open({ accepting: true });
    const [address = ''] = service.addresses;
    const base = sockets();
    await clients(COME_AND_GO, address, 20_000);
    const before = process.memoryUsage().rss;
    const encrypting = Number(await clients(COME_AND_GO, address, 180_000));
    expect(encrypting).toBeGreaterThan(70_000);
    const open = metrics.gauge('couplet_connections', '', { service: 'c2s' });
    await vi.waitFor(() => expect(open.value).toBe(0), { timeout: 10_000 });
    expect(wheel.armed).toBe(0);
    await vi.waitFor(() => expect(sockets()).toBe(base), { timeout: 10_000 });
    const grown = (process.memoryUsage().rss - before) / 1e6;
    report(`180 000 more connections, ${encrypting} of them into TLS: ${grown} MB more after ${before / 1e6} MB`);
    expect(log.lines.filter(({ line }) => line.startsWith('error'))).toEqual([]);
    expect(grown).toBeLessThan(20);
    await service.close();
  });
});
