/** The server that runs is found without its configuration. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { leaveRecord } from '../app/running-record.ts';
import { MeantServer } from './meant-server.ts';
import { runCommandLine } from './run-command-line.ts';

vi.setConfig({ testTimeout: 60_000 });

const MAIN = new URL('../app/main.ts', import.meta.url).pathname;

let folder: string;
let file: string;
let server: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'couplet-meant-'));
  file = join(folder, 'prosody.cfg.lua');
  mkdirSync(join(folder, 'run'));
  vi.stubEnv('COUPLET_RUN_DIRECTORY', join(folder, 'run'));
});
afterEach(() => {
  server?.kill('SIGKILL');
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, maxRetries: 3 });
});

const configuration = (data: string): string => `
data_path = "${join(folder, data)}"
c2s_ports = { 0 }
c2s_interfaces = { "127.0.0.1" }
VirtualHost "a.test"
`;

async function ctl(...words: string[]): Promise<[number, string, string]> {
  const said = { out: '', err: '' };
  const status = await runCommandLine(['--config', file, ...words], {
    program: 'coupletctl',
    out: (text) => (said.out += text),
    err: (text) => (said.err += text),
    ask: () => Promise.resolve(''),
    interactive: false,
  });
  return [status, said.out, said.err];
}

test('commands reach it whatever has become of the file; a broken one is refused by the server, which records that', async () => {
  writeFileSync(file, configuration('data'));
  server = spawn(process.execPath, [MAIN, '--config', file], { stdio: ['ignore', 'pipe', 'ignore'] });
  if (server.stdout === null) throw new Error('no output');
  await once(createInterface(server.stdout), 'line');
  const runs = expect.stringContaining(`runs as process ${server.pid} `);

  // Whoever evaluates it does not come back within the time of the test.
  writeFileSync(file, 'while true do end');
  vi.stubEnv('COUPLET_CONFIG_SECONDS', '3600');
  expect(await ctl('status')).toEqual([0, runs, '']);
  vi.stubEnv('COUPLET_CONFIG_SECONDS', undefined);

  writeFileSync(file, `${configuration('data')}\nc2s_ports = nothing.at_all\n`);
  const refusal = expect.stringMatching(`^coupletctl: Nothing was changed: ${file}:7: `);
  expect(await ctl('reload')).toEqual([1, '', refusal]);
  const [, entries] = await ctl('audit', '--json');
  expect(JSON.parse(entries)).toMatchObject({
    entries: [
      { operation: 'config.reload', who: 'operator', outcome: 'failed', error: expect.stringContaining(':7: ') },
    ],
  });

  // Not what others may write: then the command itself is where it fails.
  const record = join(folder, 'run', readdirSync(join(folder, 'run'))[0] ?? '');
  chmodSync(record, 0o666);
  expect(await ctl('reload')).toEqual([1, '', expect.stringMatching(`^coupletctl: ${file}:7: `)]);
  chmodSync(record, 0o600);

  writeFileSync(file, configuration('elsewhere'));
  expect(await ctl('status')).toEqual([0, runs, '']);

  server.kill('SIGKILL');
  await once(server, 'exit');
  expect(readdirSync(join(folder, 'run'))).toHaveLength(1);
  const nothing = `Not running: nothing answers at ${folder}/elsewhere/prosody.sock\n`;
  expect(await ctl('status')).toEqual([2, nothing, '']);
});

test('of several with one configuration, the configuration says which is meant', async () => {
  writeFileSync(file, configuration('data'));
  const sockets = ['one', 'two'].map((name) => join(folder, name));
  const listeners = await Promise.all(
    sockets.map(async (path) => {
      const listener = createServer((socket) => void socket.on('error', () => undefined)).listen(path);
      await once(listener, 'listening');
      return listener;
    }),
  );
  const [forget] = sockets.map((path) => leaveRecord(file, path));
  expect(await new MeantServer({ config: file }).running()).toBeUndefined();
  forget?.();
  const found = await new MeantServer({ config: file }).running();
  expect(found).toBeDefined();
  await found?.close();
  for (const listener of listeners) listener.close();
});
