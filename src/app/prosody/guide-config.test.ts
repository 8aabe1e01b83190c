/**
 * A configuration as public guides have them: a program with helper tables, modules that are gone, a log below the last
 * component. `COUPLET_GUIDE` names a Markdown file; its first block of Lua is started as it stands.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { external } from '../../../test/support/needs.ts';
import type { Log } from '../../logging/log.ts';
import { loadSettings } from '../load-settings.ts';
import type { ServerSettings } from '../server-settings.ts';
import { startServer } from '../start.ts';

const folder = mkdtempSync(join(tmpdir(), 'couplet-guide-'));

afterAll(() => rmSync(folder, { recursive: true }));

const ignore = (): void => undefined;
const log: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore, child: () => log };

beforeEach(() => {
  writeFileSync(join(folder, 'db-password'), 'from the secret\n');
  vi.stubEnv('PROSODY_DOMAIN', 'example.org');
  vi.stubEnv('PROSODY_ADMINS', 'a@example.org, b@example.org');
  vi.stubEnv('PROSODY_DB_PASSWORD_FILE', join(folder, 'db-password'));
  vi.stubEnv('PROSODY_ENABLE_HTTP', 'true');
  vi.stubEnv('PROSODY_ENABLE_ADMIN', 'true');
});
afterEach(() => void vi.unstubAllEnvs());

async function load(text: string): Promise<ServerSettings> {
  const file = join(folder, 'prosody.cfg.lua');
  writeFileSync(file, text);
  const settings = await loadSettings(file);
  return { ...settings, warnings: settings.warnings.map((text) => text.replaceAll(`${file}:`, '')) };
}

/** What the author meant, whatever the file looks like. */
async function check({ hosts, storage, warnings }: ServerSettings): Promise<void> {
  const [host] = hosts;
  expect(host).toMatchObject({
    domain: 'example.org',
    kind: 'host',
    options: {
      admins: ['a@example.org', 'b@example.org'],
      c2s_require_encryption: true,
      allow_unencrypted_plain_auth: false,
      http_file_share_size_limit: 10_485_760,
      http_file_share_expires_after: 2_592_000,
      limits: { c2s: { rate: '10kb/s', burst: '25kb' }, s2sin: { rate: '30kb/s', burst: '100kb' } },
    },
  });
  for (const name of ['roster', 'saslauth', 'tls', 'disco', 'blocklist', 'carbons', 'mam', 'smacks']) {
    expect(host?.modules).toContain(name);
  }
  expect(host?.modules).not.toContain('http_file_share');
  expect(storage).toMatchObject({ kind: 'postgresql' });
  expect('url' in storage ? storage.url : '').toContain(':from%20the%20secret@');
  expect(warnings.join('\n')).toContain(
    'log stands below upload.example.org and is for the whole server: it is used so',
  );
  const server = await startServer({
    hosts: hosts.map((one) => ({ ...one, options: { ...one.options, c2s_ports: [0], c2s_interfaces: ['127.0.0.1'] } })),
    log,
  });
  try {
    expect([...server.hosts.keys()]).toContain('example.org');
    expect(await server.listeners.addresses('c2s')).toHaveLength(1);
  } finally {
    await server.stop();
  }
}

test('helper tables, modules of older days, a log below the last component: it starts as it was meant', async () => {
  mkdirSync(join(folder, 'log'), { recursive: true });
  const settings = await load(`
    admins = { os.getenv("PROSODY_ADMINS") }
    c2s_require_encryption = true
    allow_unencrypted_plain_auth = false
    ssl = { protocol = "tlsv1_2+", options = { "no_sslv3" } }
    base = { "roster", "saslauth", "tls", "disco", "blocklist", "firewall" }
    extra = { "carbons", "mam", "smacks", "push", "cloud_notify" }
    web = { "http_upload", "http_file_share" }
    local function all(...)
      local names = {}
      for _, list in ipairs { ... } do
        for _, name in ipairs(list) do table.insert(names, name) end
      end
      return names
    end
    modules_enabled = all(base, extra, os.getenv("PROSODY_ENABLE_HTTP") == "true" and web or {})
    limits = { c2s = { rate = "10kb/s", burst = "25kb" }, s2sin = { rate = "30kb/s", burst = "100kb" } }
    default_storage = os.getenv("PROSODY_STORAGE") or "sql"
    if default_storage == "sql" then
      sql = { driver = "PostgreSQL"; port = tonumber(os.getenv("PROSODY_DB_PORT")) or 5432;
        password = os.getenv("PROSODY_DB_PASSWORD") or "guess" }
    end
    local domain = os.getenv("PROSODY_DOMAIN")
    VirtualHost (domain)
      http_upload_file_size_limit = 10485760
      http_upload_expire_after = 2592000
    Component ("rooms." .. domain) "muc"
      modules_enabled = { "muc_mam", "muc_log" }
    Component ("upload." .. domain) "http_upload"
    log = { { levels = { "error" }, to = "file", filename = "log/error.log" };
      { levels = { "info" }, to = "file", filename = "log/all.log" } }
    Include "conf.d/*.cfg.lua"`);
  expect(settings.log.map(({ to, levels }) => [to, levels])).toEqual([
    [join(folder, 'log', 'error.log'), 8],
    [join(folder, 'log', 'all.log'), 2],
  ]);
  await check(settings);
});

describe('a guide', () => {
  const guide = external('COUPLET_GUIDE');
  test.skipIf(guide === undefined)('its configuration starts as its author meant', async () => {
    const [, text = ''] = /^```lua\n([^]*?)^```/m.exec(readFileSync(guide ?? '', 'utf8')) ?? [];
    expect(text).not.toBe('');
    await check(await load(text));
  });
});
