import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MemoryLog } from '../../test/support/world.ts';
import { openControlSocket, type ControlSocket } from '../app/control-socket.ts';
import { zeroSettings } from '../app/load-settings.ts';
import { startServer } from '../app/start.ts';
import { ConfigError } from '../config/config-error.ts';
import type { ReloadStep, Server } from '../host/server.ts';
import { runCommandLine } from './run-command-line.ts';

let folder: string;
let server: Server;
let control: ControlSocket;
let reload: (dryRun: boolean) => Promise<readonly ReloadStep[]>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'couplet-reload-'));
  const choices = { storage: 'memory', port: 0, tlsPort: undefined, address: '127.0.0.1', logLevel: 'info' } as const;
  const { hosts, adminSocket } = zeroSettings({ data: folder, ...choices });
  server = await startServer({ hosts, log: new MemoryLog() });
  server.control = { stop: () => undefined, reload: (dryRun) => reload(dryRun) };
  control = await openControlSocket(server, adminSocket);
});
afterEach(async () => {
  await control.close();
  await server.stop();
  rmSync(folder, { recursive: true });
});

async function ctl(...words: string[]): Promise<[number, string, string]> {
  let out = '';
  let err = '';
  const status = await runCommandLine(['--data', folder, ...words], {
    program: 'coupletctl',
    out: (text) => (out += text),
    err: (text) => (err += text),
    ask: () => Promise.reject(new Error('no question')),
    interactive: false,
  });
  return [status, out, err];
}

test('reload shows what changed; --dry-run only what would; a module that failed is an exit status', async () => {
  const asked: boolean[] = [];
  let result = 'done';
  reload = async (dryRun) => {
    asked.push(dryRun);
    return [{ host: 'localhost', module: 'time', change: 'module time loaded', result }];
  };
  const table = 'HOST       CHANGE              RESULT\nlocalhost  module time loaded  done\n';
  expect(await ctl('reload')).toEqual([0, table, '']);
  expect(await ctl('config', 'reload', '--dry-run', '--json')).toMatchObject([
    0,
    expect.stringContaining('{"steps":[{'),
    '',
  ]);
  result = 'failed: no';
  expect((await ctl('shell', 'config:reload()'))[0]).toBe(1);
  expect(asked).toEqual([false, true, false]);
  reload = async () => [];
  expect(await ctl('reload')).toEqual([0, '', 'Nothing changed\n']);
});

test('a configuration that is wrong is refused with file and line, and the audit log has it', async () => {
  reload = () => Promise.reject(new ConfigError('/etc/couplet.yaml:3: there is no option "x"'));
  const reason = 'Nothing was changed: /etc/couplet.yaml:3: there is no option "x"';
  expect(await ctl('reload')).toEqual([1, '', `coupletctl: ${reason}\n`]);
  const [, entries] = await ctl('audit', '--json');
  expect(JSON.parse(entries)).toMatchObject({
    entries: [{ operation: 'config.reload', outcome: 'failed', error: expect.stringContaining(reason) }],
  });
  // Whoever only asks what would change is told the same, and has changed nothing.
  expect(await ctl('reload', '--dry-run')).toEqual([1, '', `coupletctl: ${reason}\n`]);
  reload = async () => [];
  await ctl('reload', '--dry-run');
  expect((await ctl('audit', '--json'))[1]).toBe(entries);
});
