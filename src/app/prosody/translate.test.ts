import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { levelNames } from '../../logging/levels.ts';
import type { ServerSettings } from '../server-settings.ts';
import { loadSettings } from '../load-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'couplet-translate-'));

afterAll(() => rmSync(folder, { recursive: true }));

interface Loaded extends ServerSettings {
  readonly said: readonly string[];
}

async function load(text: string): Promise<Loaded> {
  const file = join(folder, 'prosody.cfg.lua');
  writeFileSync(file, text);
  const settings = await loadSettings(file);
  return { ...settings, said: settings.warnings.map((warning) => warning.replaceAll(`${file}:`, '')) };
}

test('values are read as Prosody reads them: what does not fit is told, and a default is used', async () => {
  const { hosts, said } = await load(`modules_enabled = { "mam"; "tls", "saslauth", "version" }
c2s_ports = "5222"
c2s_timeout = "3m"
c2s_close_timeout = "2 min"
c2s_require_encryption = "false"
c2s_max_resources = { 5 }
c2s_max_auth_failures = -4
password_hash = "md5"
archive_expires_after = false
hide_os_type = "maybe"
c2s_stanza_size_limit = "250kb"
admins = { "a@h, b@h" }
VirtualHost "h"`);
  expect(hosts[0]?.options).toMatchObject({
    ...{ c2s_ports: [5222], c2s_timeout: 86_400, c2s_close_timeout: '2 min', c2s_require_encryption: false },
    ...{ c2s_max_resources: 5, c2s_max_auth_failures: 1, archive_expires_after: 'never' },
    ...{ c2s_stanza_size_limit: '250kb', admins: ['a@h', 'b@h'] },
  });
  expect(Object.keys(hosts[0]?.options ?? {})).not.toContain('password_hash');
  expect(said.map((line) => line.replace(/: (Too|Invalid).*; /, ': …; '))).toEqual([
    '3: c2s_timeout: "m" is taken for months: "min" are minutes',
    '3: c2s_timeout: …; that bound is used',
    '7: c2s_max_auth_failures: …; that bound is used',
    '10: hide_os_type: …; it is ignored',
    '8: password_hash: …; it is ignored',
  ]);
});

test('names: what is unknown, what is known and not there, what has another name, what means nothing here', async () => {
  const { hosts, said } = await load(`local_name = "x"; copy = local_name
c2s_prots = { 1 }
http_ports = { 5280 }
gc = { mode = "generational" }
legacy_ssl_ports = { 5223 }
disallow_s2s = true
modules_enabled = {
  "roster", "posix";
  "pign";
  "push";
}
Component "rooms.h" "muc"
VirtualHost "h"
  modules_enabled = "ping"`);
  expect(hosts.map(({ domain }) => domain)).toEqual(['h']);
  expect(hosts[0]?.modules).toEqual(expect.arrayContaining(['c2s', 'iq', 'message', 'offline', 'presence', 'ping']));
  expect(hosts[0]?.modules).not.toContain('vcard');
  expect(hosts[0]?.options).toMatchObject({ c2s_direct_tls_ports: [5223] });
  expect(said).toEqual([
    '5: legacy_ssl_ports is called c2s_direct_tls_ports now',
    '6: disallow_s2s is called modules_disabled = { "s2s" } now',
    '4: gc has no meaning here and is ignored',
    '12: rooms.h is not served: the module muc is not there yet',
    '8: the module posix is not needed: what it did is part of the server',
    '9: there is no module "pign"; did you mean "ping"?',
    '10: the module cloud_notify is not there yet',
    '1: there is no option "local_name": a variable should be local',
    '1: there is no option "copy"',
    '2: there is no option "c2s_prots"; did you mean "c2s_ports"?',
  ]);
});

const places = ({ log }: ServerSettings) =>
  log.map(({ to, levels }): [string, string] => [to.replace(`${folder}/`, ''), levelNames(levels).join()]);

test('the log: places of all kinds in one table; below the last host it is still the log of the server', async () => {
  const loaded = await load(`VirtualHost "h"
log = { error = "e.log"; "*syslog"; { to = "file", filename = "w.log", levels = { "warn", "info" } };
  { to = "console", levels = { max = "warn" }, timestamps = "%H", source_width = 9 }; { to = "nowhere" } }`);
  expect(new Map(places(loaded))).toEqual(
    new Map([
      ['*stderr', 'debug,info,warn'],
      ['*syslog', 'info,warn,error'],
      ['e.log', 'error'],
      ['w.log', 'info,warn'],
    ]),
  );
  expect(loaded.log.find(({ to }) => to === '*stderr')).toMatchObject({
    format: 'text',
    timestamps: '%H',
    sourceWidth: 9,
  });
  expect(loaded.said).toEqual(['2: log stands below h and is for the whole server: it is used so']);
});

test.each([
  ['log = "*console"', [['*stderr', 'info,warn,error']], []],
  ['log = { debug = "*stdout" }', [['*stdout', 'debug,info,warn,error']], []],
  ['debug = true; log = "p.log"', [['p.log', 'debug,info,warn,error']], []],
  [
    'log = { info = "nowhere/x.log" }',
    [['*stderr', 'info,warn,error']],
    ['1: log: the folder of nowhere/x.log does not exist: the log goes to the console'],
  ],
  [
    'log = { { to = "sentry" }, "*stdout" }',
    [['*stdout', 'info,warn,error']],
    ['1: log: "sentry" is no place that is known here: it is left out'],
  ],
  [
    'log = { { to = "file" } }',
    [['*stderr', 'info,warn,error']],
    ['1: log: a file without filename is left out', '1: log: no place that is known here: the log goes to the console'],
  ],
])('%s', async (text, expected, said) => {
  const loaded = await load(`${text}\nVirtualHost "h"`);
  expect([places(loaded), loaded.said]).toEqual([expected, said]);
});

test.each([
  ['', 'sqlite'],
  ['default_storage = "internal"', 'sqlite'],
  ['storage = "sql"', 'sqlite'],
  ['storage = "sql"; sql = { driver = "SQLite3", database = "prosody.sqlite" }', 'sqlite'],
  ['storage = "internal"; sql = { driver = "PostgreSQL" }', 'sqlite'],
  ['storage = "memory"', 'memory'],
  ['storage = { archive = "memory" }; default_storage = "sql"; sql = { driver = "PostgreSQL" }', 'postgresql'],
])('storage: %j is %s', async (text, kind) => {
  expect((await load(`${text}\nVirtualHost "h"`)).storage.kind).toBe(kind);
});

test('what decides where data is and who may log in is never guessed', async () => {
  await expect(load('VirtualHost "h"\nstorage = "sql"\nsql = { driver = "MySQL" }')).rejects.toThrow(/:2: storage: /);
  await expect(load('VirtualHost "h"\nauthentication = "ldap"')).rejects.toThrow(
    /:2: there is no authentication "ldap"/,
  );
  await expect(load('admins = {}')).rejects.toThrow(/no host to serve: VirtualHost/);
});

test('what a host says about TLS stands over what the server says, and paths start at the folder of the file', async () => {
  const { hosts } = await load(`ssl = { protocol = "tlsv1_3", options = {} }
VirtualHost "h" { ssl = { certificate = "h.crt", key = "/k/h.key", ciphers = "x" } }
VirtualHost "i"`);
  expect(hosts.map(({ options }) => options)).toMatchObject([
    { ssl: { protocol: 'tlsv1_3', certificate: join(folder, 'h.crt'), key: '/k/h.key', ciphers: 'x' } },
    { ssl: { protocol: 'tlsv1_3' }, certificates: join(folder, 'certs') },
  ]);
});

test('a component gets few of the modules that are enabled for all hosts', async () => {
  const { hosts } = await load(`modules_enabled = { "roster", "smacks", "tls" }
VirtualHost "h"
Component "c.h" "disco"
  modules_enabled = { "ping" }`);
  expect(hosts.map(({ kind, modules }) => [kind, modules.includes('roster')])).toEqual([
    ['host', true],
    ['component', false],
  ]);
  expect(hosts[1]?.modules).toEqual(['disco', 'smacks', 'tls', 'ping']);
});

test.each([
  ['modules_enabled = { "register"; "invites_register" }; allow_registration = true', true],
  ['modules_enabled = { "register" }; allow_registration = "true"; registration_invite_only = "true"', true],
  ['modules_enabled = { "register"; "invites_register" }', undefined],
  ['modules_enabled = { "register" }; allow_registration = true', undefined],
  [
    'modules_enabled = { "register", "invites_register" }; allow_registration = true; registration_invite_only = false',
    false,
  ],
])('S87: strangers make no accounts where invitations are asked for: %j', async (text, only) => {
  const { hosts, said } = await load(`${text}\nVirtualHost "h"`);
  expect(hosts[0]?.options['registration_invite_only']).toBe(only);
  expect(said.some((line) => line.includes('only who was invited'))).toBe(only === true);
});

test('tcp_keepalives is for clients too, where nothing else is said for them', async () => {
  const { hosts } = await load(
    'tcp_keepalives = false\nVirtualHost "h"\nVirtualHost "i" { c2s_tcp_keepalives = true }',
  );
  expect(hosts.map(({ options }) => options['c2s_tcp_keepalives'])).toEqual([false, true]);
});

test('what a component says as the server does is not told', async () => {
  const { said, storage } = await load(
    'storage = "memory"\nVirtualHost "h"\nComponent "c.h" "disco"\nstorage = "memory"',
  );
  expect([said, storage.kind]).toEqual([[], 'memory']);
});
