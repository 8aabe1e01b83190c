import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { MemoryLog } from '../../test/support/world.ts';
import type { Finding } from '../app/check/finding.ts';
import { openControlSocket } from '../app/control-socket.ts';
import { loadSettings } from '../app/load-settings.ts';
import { startServer } from '../app/start.ts';
import { checkText } from './check-text.ts';
import { runCommandLine } from './run-command-line.ts';

vi.setConfig({ testTimeout: 30_000 });

const folder = mkdtempSync(join(tmpdir(), 'couplet-check-'));
const file = join(folder, 'couplet.yaml');
afterAll(() => rmSync(folder, { recursive: true }));

const report = z.object({ findings: z.array(z.object({ id: z.string(), severity: z.string(), what: z.string() })) });

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function run(...words: string[]): Promise<{ status: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const status = await runCommandLine([...words, '--config', file], {
    program: 'prosodyctl',
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
    ask: () => Promise.reject(new Error('nothing to ask')),
    interactive: false,
  });
  return { ...said, status };
}

const FINE = `data_path: data
admins: [ann@a.local]
hosts:
  a.local: {c2s_ports: [0], c2s_interfaces: [127.0.0.1]}
`;

async function start(): Promise<void> {
  const settings = await loadSettings(file);
  const server = await startServer({ hosts: settings.hosts, storage: settings.storage, log: new MemoryLog() });
  closing.push(() => server.stop());
  const control = await openControlSocket(server, settings.adminSocket);
  closing.push(() => control.close());
}

test('exit status and text: fine, advice, errors', async () => {
  writeFileSync(file, FINE, { mode: 0o600 });
  expect(await run('check', 'config')).toEqual({
    status: 0,
    out: 'config\n  fine\n\n0 errors, 0 pieces of advice, 0 notes; the server does not run\n',
    err: '',
  });
  writeFileSync(file, FINE.replace('ann@a.local', 'ann@b.local'));
  const advice = await run('check', 'config', 'disabled');
  expect(advice.status).toBe(1);
  expect(advice.out).toBe(`config
  advice  ann@b.local is an administrator of a.local, and b.local is not served here. [admin-elsewhere]
          Name accounts of this server.
          ${file}:2

disabled
  fine

0 errors, 1 piece of advice, 0 notes; the server does not run
`);
  expect((await run('check', 'config', '--strict')).status).toBe(2);
  writeFileSync(file, FINE.replace('admins', 'admims'));
  const wrong = await run('check', 'dns');
  expect(wrong.status).toBe(2);
  expect(wrong.out).toContain('did you mean "admins"? [config-wrong]');
  expect(wrong.out).toContain(`${file}:2\n`);
});

test('a check that is not there', async () => {
  expect(await run('check', 'certz')).toMatchObject({
    status: 1,
    out: '',
    err: expect.stringMatching(/there is no check "certz"; did you mean "certs"\?; there are config, .*features\n$/),
  });
});

test('all checks on a server that runs, in JSON', async () => {
  writeFileSync(file, FINE, { mode: 0o600 });
  await start();
  const { out, err } = await run('check', '--json');
  expect(err).toBe('');
  const answer: unknown = JSON.parse(out);
  expect(answer).toMatchObject({ running: true, checks: expect.arrayContaining(['config', 'certs', 'features']) });
  const { findings } = report.parse(answer);
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  const ids = findings.map(({ id }) => id);
  for (const id of [
    'database-held',
    'loop-measured',
    'connections-count',
    'connect-untrusted',
    'dns-local',
    'features-on',
    'commit-measured',
  ]) {
    expect(ids).toContain(id);
  }
  expect(ids).not.toContain('module-not-running');
  expect(ids).not.toContain('check-failed');
});

test('text for people: the worst first, colours where they are wanted, and nothing that steers a terminal', () => {
  const finding = (severity: Finding['severity'], what: string): Finding => ({
    check: 'x',
    id: 'i',
    severity,
    what,
    todo: 'Do.',
  });
  const some = [finding('info', 'A.'), finding('error', 'B\u001B[2J.'), finding('advice', 'C.')];
  expect(checkText(some, ['x'], undefined, false)).toBe(
    `x\n  error   B\uFFFD[2J. [i]\n          Do.\n  advice  C. [i]\n          Do.\n  info    A. [i]\n\n1 error, 1 piece of advice, 1 note\n`,
  );
  expect(checkText(some, ['x'], true, true)).toContain('\u001B[31merror   \u001B[0m');
});
