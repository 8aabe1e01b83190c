/** The log of a server that runs, from its start to its end. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';

const MAIN = new URL('./main.ts', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'couplet-rotation-'));
let child: ChildProcess | undefined;

afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

test('SIGHUP opens the file anew after logrotate renamed it; the words of Prosody are in it from start to end', async () => {
  const config = join(folder, 'prosody.cfg.lua');
  const path = join(folder, 'p.log');
  writeFileSync(
    config,
    `data_path = "${join(folder, 'data')}"; c2s_ports = { 0 }; c2s_interfaces = { "127.0.0.1" }
     modules_enabled = { "tls", "saslauth" }
     log = { info = "p.log"; { to = "file", filename = "w.log", levels = { "warn" }, timestamps = false } }
     VirtualHost "a.example"`,
  );
  child = spawn(process.execPath, [MAIN, '--config', config], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout === null) throw new Error('no output');
  await once(child.stdout, 'data');
  const words = [
    /^\w{3} \d\d \d\d:\d\d:\d\d server\tinfo\tConnecting to \[SQLite3\] \/.*\.\.\.$/m,
    /^\w{3} \d\d \d\d:\d\d:\d\d a\.example:tls\tinfo\tSelecting certificate \/.*\.crt with key \/.*\.key for a\.example/m,
    /^\w{3} \d\d \d\d:\d\d:\d\d \S+\tinfo\tActivated service 'c2s' on \[127\.0\.0\.1\]:\d+$/m,
  ];
  await vi.waitFor(
    () => {
      for (const line of words) expect(readFileSync(path, 'utf8')).toMatch(line);
    },
    { timeout: 15_000 },
  );
  await vi.waitFor(() =>
    expect(readFileSync(join(folder, 'w.log'), 'utf8')).toMatch(/^a\.example:tls\twarn\tthe certificate/m),
  );
  renameSync(path, `${path}.1`);
  child.kill('SIGHUP');
  await vi.waitFor(() => expect(existsSync(path)).toBe(true), { timeout: 15_000 });
  expect(statSync(path).mode & 0o777).toBe(0o640);
  child.kill('SIGTERM');
  await once(child, 'exit');
  expect(readFileSync(path, 'utf8')).toContain('stopping');
  expect(readFileSync(`${path}.1`, 'utf8')).not.toContain('stopping');
});
