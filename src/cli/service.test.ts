/** `start`, `stop`, `restart`, `status`, with a server that runs in the background. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isRunning } from '../app/service/pidfile.ts';
import { runCommandLine } from './run-command-line.ts';

vi.setConfig({ testTimeout: 60_000 });

const MAIN = new URL('../app/main.ts', import.meta.url).pathname;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'couplet-service-'));
  writeFileSync(
    join(folder, 'couplet.yaml'),
    'data_path: data\npidfile: couplet.pid\nc2s_ports: [0]\nc2s_interfaces: ["127.0.0.1"]\nhosts:\n  a.test:\n',
  );
});

afterEach(() => {
  const pid = pidOf();
  if (pid !== undefined && isRunning(pid)) process.kill(pid, 'SIGKILL');
  rmSync(folder, { recursive: true, maxRetries: 3 });
});

function pidOf(): number | undefined {
  try {
    return Number(readFileSync(join(folder, 'couplet.pid'), 'utf8'));
  } catch {
    return undefined;
  }
}

async function ctl(word: string): Promise<{ status: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const status = await runCommandLine(['--config', join(folder, 'couplet.yaml'), word], {
    program: 'prosodyctl',
    out: (text) => (said.out += text),
    err: (text) => (said.err += text),
    ask: () => Promise.resolve(''),
    interactive: false,
    server: MAIN,
  });
  return { status, ...said };
}

test('it starts once, starts anew, and stops', async () => {
  expect((await ctl('status')).status).toBe(2);
  expect(await ctl('start')).toEqual({ status: 0, out: '', err: '' });
  const first = pidOf();
  expect((await ctl('status')).out).toContain(`runs as process ${first} `);
  expect(await ctl('start')).toMatchObject({ status: 1, err: 'The server runs already, as process ' + first + '\n' });
  expect(await ctl('restart')).toEqual({ status: 0, out: '', err: '' });
  expect(pidOf()).not.toBe(first);
  expect(await ctl('stop')).toEqual({ status: 0, out: '', err: '' });
  expect(pidOf()).toBeUndefined();
  expect(await ctl('stop')).toMatchObject({ status: 1, err: 'The server does not run\n' });
});

test('where the socket does not answer, the pidfile says which process it is', async () => {
  await ctl('start');
  const pid = pidOf();
  rmSync(join(folder, 'data/prosody.sock'));
  expect(await ctl('status')).toMatchObject({
    status: 1,
    out: expect.stringContaining(`Process ${pid} runs: nothing answers`),
  });
  expect(await ctl('start')).toMatchObject({ status: 1, err: `The server runs already, as process ${pid}\n` });
  expect(await ctl('stop')).toEqual({ status: 0, out: '', err: '' });
  expect(pidOf()).toBeUndefined();
  expect((await ctl('status')).status).toBe(2);
});

test('a start that fails says where the reason is', async () => {
  const file = join(folder, 'couplet.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('127.0.0.1', '192.0.2.1'));
  const { status, err } = await ctl('start');
  expect(status).toBe(1);
  expect(err).toBe(`The server ended: ${folder}/data/couplet.log says why\n`);
  expect(readFileSync(join(folder, 'data/couplet.log'), 'utf8')).toContain('this machine does not have that address');
});
