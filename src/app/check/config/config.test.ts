import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { subjectOf } from '../../../../test/support/check-subject.ts';
import type { Finding } from '../finding.ts';
import { brokenConfig, configCheck } from './config.ts';

const folder = mkdtempSync(join(tmpdir(), 'couplet-check-'));
const secret = join(folder, 'secret');
writeFileSync(secret, 'hush\n');
afterAll(() => rmSync(folder, { recursive: true }));

const CLEAN = `
admins = { "ann@clean.im" }
pidfile = "couplet.pid"
http_interfaces = { "127.0.0.1" }
modules_enabled = { "roster", "saslauth", "tls", "disco", "ping" }
VirtualHost "clean.im"`;

/** Configurations with mistakes, and each finding that they lead to, with the line where it is. */
const CASES: readonly {
  readonly text: string;
  readonly found: readonly (readonly [id: string, line: number | undefined])[];
  readonly environment?: NodeJS.ProcessEnv;
}[] = [
  {
    text: `local also = {}
security_modules = { "firewall", "blocklist" }
local function both() local all = {} for _, name in ipairs(security_modules) do table.insert(all, name) end return all end also = both()
admins = { "a@trap.example.com, b@elsewhere.im" }
c2s_ports = { 5222 }
c2s_ports = { 5223 }
c2s_direct_tls_ports = { 5223 }
limits = { c2s = { rate = "10kb/s"; burst = "25kb" } }
gc = { mode = "generational" }
whitelist_registration_only = true
c2s_prots = { 1 }
c2s_close_timeout = "soon"
c2s_max_auth_failures = -4
motd_text = missing_quotes
modules_enabled = { "roster", "saslauth", "push", "cloud_notify", "posix", "mod_ping", "auth_internal_plain",
  "http_upload", "http_file_share", "admin_telnet", "nonsense", "muc" }
VirtualHost "xn--bcher-kva.example"
VirtualHost "chat.trap.example.com"
ssl = { capath = "/etc/ssl" }
Component "upload.trap.example.com" "http_upload"
Component "rooms.trap.example.com" "muc"
log = {
  { levels = { "error", "debug" }, to = "file", filename = "a.log" };
  { levels = { min = "info" }, to = "file", filename = "a.log" } }
use_libevent = true`,
    found: [
      ['variable-not-local', 2],
      ['admins-in-one-text', 4],
      ['admin-elsewhere', 4],
      ['option-twice', 6],
      ['ports-twice', 7],
      ['burst-is-size', 8],
      ['option-ignored', 9],
      ['option-renamed', 10],
      ['option-unknown', 11],
      ['value-ignored', 12],
      ['value-adjusted', 13],
      ['module-not-built', 15],
      ['module-needless', 15],
      ['module-prefix', 15],
      ['provider-in-modules', 15],
      ['modules-conflict', 15],
      ['module-renamed', 15],
      ['module-unknown', 16],
      ['http-private-interface', 16],
      ['upload-several', 16],
      ['host-name-a-label', 17],
      ['encryption-without-tls', 15],
      ['host-name-service', 18],
      ['host-name-placeholder', 18],
      ['tls-option-ignored', 19],
      ['component-not-built', 20],
      ['module-also-component', 21],
      ['log-below-host', 22],
      ['log-levels-listed', 22],
      ['log-file-twice', 22],
      ['pidfile-missing', undefined],
    ],
  },
  {
    text: `storage = "sql"
default_storage = "internal"
sql = { driver = "PostgreSQL"; password = "prosody" }
authentication = "internal_plain"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
s2s_require_encryption = false
s2s_secure_auth = false
tls_profile = "old"
ssl = { ciphers = "HIGH:RC4:!aNULL" }
consider_bosh_secure = true
component_interfaces = { "*" }
run_as_root = true
memory_limit = 0
allow_registration = true
VirtualHost "open.im"
  modules_enabled = { "roster", "saslauth", "tls", "register_ibr" }
  data_path = "elsewhere"
VirtualHost "anybody.im"
  authentication = "insecure"; insecure_open_authentication = "Yes please, I know what I'm doing!"
VirtualHost "strangers.im"
  authentication = "anonymous"`,
    found: [
      ['storage-said-twice', 1],
      ['database-password-known', 3],
      ['insecure-stored-password', 4],
      ['insecure-c2s-encryption', 5],
      ['insecure-plain-password', 6],
      ['insecure-s2s-encryption', 7],
      ['insecure-s2s-identity', 8],
      ['insecure-tls-profile', 9],
      ['insecure-ciphers', 10],
      ['insecure-proxied', 11],
      ['insecure-component-port', 12],
      ['insecure-root', 13],
      ['memory-unlimited', 14],
      ['registration-open', 15],
      ['global-below-host', 18],
      ['insecure-any-password', 20],
      ['insecure-anonymous', 22],
      ['modules-nowhere', undefined],
      ['admin-nowhere', undefined],
      ['secret-in-file', undefined],
    ],
    environment: { PROSODY_ADMIN_PASSWORD_FILE: secret },
  },
  {
    text: `modules_enabled = { "roster", "saslauth", "tls", wanted }
storage = "memory"
vcard_max_size = 10000
VirtualHost "here.im"
Component "there.net" "admin_adhoc"
Component "what.here.im" "nonsense"
VirtualHost "silent.im"
  modules_disabled = { "saslauth" }`,
    found: [
      ['value-missing', 1],
      ['forgetful-storage', 2],
      ['option-without-module', 3],
      ['component-unreferenced', 5],
      ['component-not-served', 6],
      ['login-impossible', 1],
      ['database-port-unset', undefined],
    ],
    environment: { PROSODY_DB_HOST: 'postgres' },
  },
];

/** Findings that have another origin than a configuration in Lua; tests further below. */
const ELSEWHERE = [
  ...['config-wrong', 'notice', 'forgetful-commit'],
  ...['variable-unknown', 'variable-without-effect', 'domain-not-served', 'option-not-built'],
];

const line = ({ where }: Finding): number | undefined => {
  const found = /:(\d+)$/.exec(where ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
};

describe.each(CASES)('a configuration with mistakes', ({ text, found: expected, environment = {} }) => {
  let found: readonly Finding[];
  beforeAll(async () => {
    found = await configCheck.run(await subjectOf(folder, text, { environment }));
  });

  test.each(expected)('%s', (id, at) => {
    const lines = found.filter((one) => one.id === id).map(line);
    expect(lines).toContain(at);
  });
});

test('a clean configuration has none of these findings', async () => {
  expect(await configCheck.run(await subjectOf(folder, CLEAN))).toEqual([]);
});

test('every finding has a configuration that leads to it', () => {
  const shown = new Set([...ELSEWHERE, ...CASES.flatMap((one) => one.found.map(([id]) => id))]);
  expect([...shown].toSorted()).toEqual(Object.keys(configCheck.catalogue).toSorted());
});

test('in YAML: commits that a power cut loses', async () => {
  const text = 'admins: [ann@clean.im]\nsql:\n  synchronous: normal\nhosts:\n  clean.im:\n';
  const found = await configCheck.run(await subjectOf(folder, text));
  expect(found).toEqual([expect.objectContaining({ id: 'forgetful-commit', where: `${folder}/couplet.yaml:3` })]);
});

test('what the environment says and cannot be', async () => {
  const text = 'admins: [ann@clean.im]\nhosts:\n  clean.im: \n';
  const environment = {
    PROSODY_DOMAIN: 'other.im',
    PROSODY_NONSENSE: 'x',
    PROSODY_ADMINS: 'ann@clean.im',
    PROSODY_MUC_LOG_EXPIRE: '1y',
    PROSODY_S2S_SECURE_AUTH: 'true',
  };
  const found = await configCheck.run(await subjectOf(folder, text, { environment }));
  expect(found.map(({ id, where }) => [id, where])).toEqual([
    ['variable-unknown', 'environment PROSODY_NONSENSE'],
    ['domain-not-served', 'environment PROSODY_DOMAIN'],
    ['variable-without-effect', 'environment PROSODY_MUC_LOG_EXPIRE'],
    ['option-not-built', 'environment PROSODY_S2S_SECURE_AUTH'],
  ]);
});

test('what is noticed without an id is told as it is', async () => {
  const subject = await subjectOf(folder, CLEAN);
  const settings = { ...subject.settings, warnings: ['somewhere:3: strange'] };
  expect(await configCheck.run({ ...subject, settings })).toEqual([
    expect.objectContaining({ id: 'notice', what: 'somewhere:3: strange' }),
  ]);
});

test('what the server does not start with is an error for each line', () => {
  expect(brokenConfig('/etc/a.yaml:3: no such option\nno file')).toEqual([
    expect.objectContaining({ id: 'config-wrong', severity: 'error', what: 'no such option.', where: '/etc/a.yaml:3' }),
    expect.objectContaining({ id: 'config-wrong', what: 'no file.' }),
  ]);
});
