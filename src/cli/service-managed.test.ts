/** `start`, `stop` and `restart` where systemd runs the server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runCommandLine } from './run-command-line.ts';

vi.mock('../app/service/managing-unit.ts', () => ({ managingUnit: () => 'couplet' }));

const CONFIG = 'data_path: data\nc2s_ports: [0]\nhosts:\n  a.test:\n';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'couplet-managed-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function ctl(...words: string[]): Promise<[number, string]> {
  let said = '';
  const status = await runCommandLine(['--config', join(folder, 'couplet.yaml'), ...words], {
    program: 'prosodyctl',
    out: (text) => (said += text),
    err: (text) => (said += text),
    ask: () => Promise.resolve(''),
    interactive: false,
  });
  return [status, said];
}

test('they are refused, with the command that does it', async () => {
  writeFileSync(join(folder, 'couplet.yaml'), CONFIG);
  for (const verb of ['start', 'stop', 'restart']) {
    expect(await ctl(verb)).toEqual([
      1,
      `systemd runs this server, and would not know of it: systemctl ${verb} couplet\n` +
        `"prosodyctl ${verb} --force" does it once, prosodyctl_service_warnings = false in the configuration always\n`,
    ]);
  }
  // A configuration that is broken cannot say otherwise.
  writeFileSync(join(folder, 'couplet.yaml'), 'nonsense');
  expect((await ctl('stop'))[1]).toContain('systemctl stop couplet');
});

test('unless they are told to, once or for good', async () => {
  writeFileSync(join(folder, 'couplet.yaml'), CONFIG);
  expect(await ctl('stop', '--force')).toEqual([1, 'The server does not run\n']);
  writeFileSync(join(folder, 'couplet.yaml'), `prosodyctl_service_warnings: false\n${CONFIG}`);
  expect(await ctl('stop')).toEqual([1, 'The server does not run\n']);
});
