import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { managingUnit } from './managing-unit.ts';

const CONFIG = '/etc/couplet/couplet.yaml';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'unit-'));
  store('run/systemd/system/.keep', '');
  store('opt/couplet/bin/couplet.js', '');
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  symlinkSync(join(root, 'opt/couplet/bin/couplet.js'), join(root, 'usr/bin/server'));
});
afterEach(() => rmSync(root, { recursive: true }));

function store(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

test('a unit that starts this program with that configuration is it', () => {
  expect(managingUnit(CONFIG, true, root)).toBeUndefined();
  store('usr/lib/systemd/system/couplet.service', `[Service]\nExecStart=-/usr/bin/server -F --config ${CONFIG}\n`);
  expect(managingUnit(CONFIG, false, root)).toBe('couplet');
  expect(managingUnit('/srv/other.yaml', true, root)).toBeUndefined();
  // One in /etc goes before, and one that names no configuration has that which is found.
  store('etc/systemd/system/couplet.service', '[Service]\nExecStart=/usr/bin/server -F\n');
  expect(managingUnit(CONFIG, true, root)).toBe('couplet');
  expect(managingUnit(CONFIG, false, root)).toBeUndefined();
});

test('a unit of another program is not, be it that of Prosody; it is where this program has its place', () => {
  store('lib/systemd/system/prosody.service', '[Service]\nExecStart=/usr/bin/prosody -F\n');
  expect(managingUnit(CONFIG, true, root)).toBeUndefined();
  store('usr/bin/prosody', '');
  expect(managingUnit(CONFIG, true, root)).toBeUndefined();
  rmSync(join(root, 'usr/bin/prosody'));
  symlinkSync(join(root, 'opt/couplet/bin/couplet.js'), join(root, 'usr/bin/prosody'));
  expect(managingUnit(CONFIG, true, root)).toBe('prosody');
});

test('where systemd does not run, as in a container, its units start nothing', () => {
  store('etc/systemd/system/couplet.service', '[Service]\nExecStart=/usr/bin/server -F\n');
  expect(managingUnit(CONFIG, true, root)).toBe('couplet');
  rmSync(join(root, 'run'), { recursive: true });
  expect(managingUnit(CONFIG, true, root)).toBeUndefined();
});
