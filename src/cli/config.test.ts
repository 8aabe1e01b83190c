import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { loadSettings } from '../app/load-settings.ts';
import { runCommandLine } from './run-command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'couplet-config-'));
const file = join(folder, 'prosody.cfg.lua');

afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => void vi.unstubAllEnvs());

async function run(...words: string[]): Promise<{ out: string; err: string; status: number }> {
  const said = { out: '', err: '' };
  const status = await runCommandLine([...words, '--config', file], {
    program: 'coupletctl',
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
    ask: () => Promise.reject(new Error('nothing to ask')),
    interactive: false,
  });
  return { ...said, status };
}

test('a configuration in Lua becomes one in YAML that means the same; what is lost is said', async () => {
  writeFileSync(
    file,
    `storage = "sql"; sql = { driver = "PostgreSQL", password = "p" }
    modules_enabled = { "roster", "saslauth", "muc" } -- a comment
    c2s_ports = "5222"; c2s_prots = {}; http_ports = { 5280 }
    VirtualHost "a.example" { c2s_require_encryption = "false" }
    VirtualHost "b.example"
    log = { warn = "*console" }`,
  );
  const { out, err, status } = await run('config', 'convert');
  expect(status).toBe(0);
  for (const note of ['comments are lost', 'muc is not there yet', 'c2s_prots is left out: no such option']) {
    expect(err).toContain(note);
  }
  const yaml = join(folder, 'couplet.yaml');
  writeFileSync(yaml, out);
  const [before, after] = [await loadSettings(file), await loadSettings(yaml)];
  expect(after.warnings).toEqual([]);
  expect({ ...after, hosts: [], warnings: [] }).toEqual({ ...before, hosts: [], warnings: [], notices: undefined });
  expect(after.hosts.map(({ options, ...host }) => ({ ...host, ports: options['c2s_ports'] }))).toEqual(
    before.hosts.map(({ options, ...host }) => ({ ...host, ports: options['c2s_ports'] })),
  );
  expect(after.hosts.map(({ options }) => options['c2s_require_encryption'])).toEqual([false, undefined]);
});

test('the options in force are shown, with where they come from, and no secret', async () => {
  writeFileSync(
    file,
    `modules_enabled = { "version", "tls" }
hide_os_type = "true"
VirtualHost "a.example"
  ssl = {
    key = "a.key", password = "hush" }`,
  );
  const { out, status } = await run('config', 'show', '--origin');
  expect(status).toBe(0);
  expect(out).toMatch(/^server\n(?: .*\n)+host a\.example: .*version/);
  expect(out).toContain(`  hide_os_type = true  # ${file}:2\n`);
  expect(out).toContain('  c2s_ports = [5222]  # default\n');
  expect(out).toContain(`{"key":"a.key","password":"(set)"}  # ${file}:4\n`);
  expect(out).not.toContain('hush');
  expect((await run('config', 'show')).out).toContain('  hide_os_type = true\n');
});

test('what comes from the environment says so, for people and for programs', async () => {
  vi.stubEnv('PROSODY_ADMINS', 'me@a.example');
  vi.stubEnv('PROSODY_STORAGE', 'sql');
  vi.stubEnv('PROSODY_SQL_HOST', 'db.example');
  vi.stubEnv('PROSODY_SQL_DRIVER', 'PostgreSQL');
  vi.stubEnv('PROSODY_SQL_PASSWORD', 'hush');
  writeFileSync(file, 'c2s_ports = { 1 }\nVirtualHost "a.example"');
  const { out } = await run('config', 'show', '--origin');
  expect(out).toContain('  admins = ["me@a.example"]  # environment PROSODY_ADMINS\n');
  expect(out).toContain('  storage = "postgresql"  # environment PROSODY_STORAGE\n');
  expect(out).toMatch(/ {2}sql = \{.*"password":"\(set\)".*\} {2}# environment PROSODY_SQL_HOST, PROSODY_SQL_PASSWORD/);
  expect(out).not.toContain('hush');
  const { server, hosts } = z
    .object({ server: shown, hosts: z.array(z.object({ domain: z.string(), options: shown })) })
    .parse(JSON.parse((await run('config', 'show', '--json')).out));
  expect(server).toContainEqual({ name: 'umask', value: '077', from: 'default' });
  expect(hosts[0]?.options).toContainEqual({ name: 'c2s_ports', value: [1], from: `${file}:1` });
});

const shown = z.array(z.object({ name: z.string(), value: z.unknown(), from: z.string() }));
