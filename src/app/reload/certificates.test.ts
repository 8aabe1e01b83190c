/** R27: certificates are replaced in a running program, under the connections that there are. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { header } from '../../../test/support/stream/recorder.ts';
import { TlsClient } from '../../../test/support/stream/tls.ts';
import { makeSelfSigned } from '../../net/tls/self-signed.ts';

vi.setConfig({ testTimeout: 30_000 });

const MAIN = new URL('../main.ts', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'couplet-reload-'));
const log: Record<string, unknown>[] = [];
let server: ChildProcess;
let address = '';

beforeAll(async () => {
  mkdirSync(join(folder, 'certs'));
  await store();
  const config = {
    hosts: { 'a.test': null },
    storage: 'memory',
    data_path: 'data',
    c2s_ports: [],
    c2s_direct_tls_ports: [0],
    c2s_direct_tls_interfaces: ['127.0.0.1'],
  };
  writeFileSync(join(folder, 'couplet.yaml'), JSON.stringify(config));
  await start();
}, 30_000);

async function start(): Promise<void> {
  server = spawn(process.execPath, [MAIN, '--config', join(folder, 'couplet.yaml')], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (server.stdout === null || server.stderr === null) throw new Error('no output');
  createInterface(server.stderr).on('line', (line) => void log.push({ line, ...parse(line) }));
  await once(createInterface(server.stdout), 'line');
  address = await vi.waitFor(() => /127\.0\.0\.1:\d+/.exec(JSON.stringify(line('listening')))?.[0] ?? fail());
}

afterAll(() => {
  server.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

function fail(): never {
  throw new Error(JSON.stringify(log));
}

function parse(line: string): Record<string, unknown> {
  const value: unknown = line.startsWith('{') ? JSON.parse(line) : {}; // else it could not start
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** The last line of the log with that message. */
function line(message: string): Record<string, unknown> | undefined {
  return log.findLast(({ msg }) => msg === message);
}

/** Replace the certificate of the operator; returns its fingerprint. */
async function store(): Promise<void> {
  const { certificate, key } = await makeSelfSigned('a.test', Date.now());
  writeFileSync(join(folder, 'certs', 'a.test.crt'), certificate);
  writeFileSync(join(folder, 'certs', 'a.test.key'), key);
}

const dial = (session?: Buffer): Promise<TlsClient> =>
  TlsClient.direct(address, { ...(session !== undefined && { session }) });

const print = ({ socket }: TlsClient): string => socket.getPeerCertificate().fingerprint256;

/** Have it look anew, and wait until it has. */
async function reload(told: string): Promise<Record<string, unknown>> {
  log.length = 0;
  server.kill('SIGHUP');
  return vi.waitFor(() => line(told) ?? fail(), { timeout: 5000 });
}

test('new connections get the new certificate, those that there are go on, tickets too; a bad file changes nothing', async () => {
  const clients = await Promise.all(Array.from({ length: 20 }, () => dial()));
  const [first] = clients;
  if (first === undefined) throw new Error('no client');
  const before = print(first);
  await first.ask(header(), '</stream:features>');
  const session = first.socket.getSession();

  await reload('certificate in use'); // nothing was replaced
  const resumed = await dial(session);
  expect(resumed.socket.isSessionReused()).toBe(true);

  await store();
  await reload('certificate in use');
  const next = await dial();
  const after = print(next);
  expect(after).not.toBe(before);
  expect((await dial(session)).socket.isSessionReused()).toBe(false);

  const kept = 'a module could not be changed: it goes on as it was';
  writeFileSync(join(folder, 'certs', 'a.test.key'), 'nonsense');
  expect(await reload(kept)).toMatchObject({
    reason: expect.stringContaining('a.test.key has no key that can be used'),
  });
  expect(log.filter(({ level }) => level === 'error')).toHaveLength(1);
  rmSync(join(folder, 'certs', 'a.test.crt'));
  expect(await reload(kept)).toMatchObject({ reason: expect.stringContaining('there is no certificate') });
  const last = await dial();
  expect(print(last)).toBe(after);

  for (const client of clients.slice(1)) await client.ask(header(), '</stream:features>');
  expect(clients.filter(({ ended, closed }) => ended || closed)).toEqual([]);
  for (const { socket } of [...clients, resumed, next, last]) socket.destroy();
});

test('tickets outlive a restart', async () => {
  await store();
  await reload('certificate in use');
  const client = await dial();
  await client.ask(header(), '</stream:features>');
  const session = client.socket.getSession();
  client.socket.destroy();
  server.kill('SIGKILL');
  await once(server, 'exit');
  log.length = 0;
  await start();
  const again = await dial(session);
  expect(again.socket.isSessionReused()).toBe(true);
  again.socket.destroy();
});
