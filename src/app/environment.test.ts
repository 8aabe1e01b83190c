/** The environment over a file, and in its place. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { ConfigError } from '../config/config-error.ts';
import { applyEnvironment } from '../config/environment/apply-environment.ts';
import { readYaml } from '../config/yaml.ts';
import { environmentConfig, withEnvironment } from './environment.ts';
import { ENVIRONMENT, findConfig } from './find-config.ts';
import { loadSettings } from './load-settings.ts';
import { settingsOf } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'couplet-environment-'));

afterAll(() => rmSync(folder, { recursive: true }));

const base = () => readYaml('/etc/couplet.yaml', 'sql: { driver: PostgreSQL }\nhosts: { a.example: , b.example: }');

test.each([
  [{ PROSODY_DB_HOST: 'a', PROSODY_SQL_HOST: 'b' }, 'PROSODY_DB_HOST and PROSODY_SQL_HOST'],
  [{ PROSODY_C2S_RATE: '1kb/s', PROSODY_C2S_RATE_LIMIT: '2kb/s' }, 'PROSODY_C2S_RATE and PROSODY_C2S_RATE_LIMIT'],
  [{ PROSODY_STORAGE: 'internal', PROSODY_SQL_DRIVER: 'PostgreSQL' }, 'PROSODY_STORAGE and PROSODY_SQL_DRIVER'],
  [
    { PROSODY_UPLOAD_EXPIRE: '1', PROSODY_UPLOAD_EXPIRY_DAYS: '1' },
    'PROSODY_UPLOAD_EXPIRE and PROSODY_UPLOAD_EXPIRY_DAYS',
  ],
  [{ COUPLET_CONTAINER: 'on', DOMAIN: 'a', PROSODY_DOMAIN: 'b' }, 'PROSODY_DOMAIN and DOMAIN'],
])('two variables that contradict each other: %j', async (environment, names) => {
  const raw = await base();
  expect(() => applyEnvironment(raw, environment)).toThrow(
    new ConfigError(`environment: ${names} say different things: which is meant?`),
  );
});

test('two variables that agree are fine, and a special one wins over a general one', async () => {
  const raw = await base();
  const { settings } = applyEnvironment(raw, {
    PROSODY_DB_HOST: 'a',
    PROSODY_SQL_HOST: 'a',
    PROSODY_ARCHIVE_EXPIRY_DAYS: '3',
    PROSODY_RETENTION_DAYS: '9',
    PROSODY_TURN_HOST: 'turn.example',
    PROSODY_NETWORK_HOSTNAME: 'net.example',
  });
  expect([settings.get('turn_external_host')?.value, settings.get('http_host')?.value]).toEqual([
    'turn.example',
    'net.example',
  ]);
  expect(settings.get('sql')?.value).toEqual({ driver: 'PostgreSQL', host: 'a' });
  expect(settings.get('archive_expires_after')?.value).toBe(259_200);
});

test('a variable that nobody knows is told, unless Kubernetes made it', async () => {
  const { warnings } = await withEnvironment(await base(), {
    PROSODY_ADMIN: 'x',
    PROSODY_SERVICE_HOST: '10.0.0.1',
    PROSODY_PORT_5222_TCP_ADDR: '10.0.0.1',
    PROSODY_DB_PORT: 'tcp://10.0.0.2:5432',
    PROSODY_CONFIG: '/x',
  });
  expect(warnings).toEqual([
    'environment PROSODY_ADMIN: nothing reads such a variable; did you mean "PROSODY_ADMINS"?',
  ]);
});

test('over a file: what both say is as the environment says, what a host says stays, tables are filled up', async () => {
  const raw = await readYaml(
    '/c.yaml',
    `archive_expires_after: 1 week
storage: postgresql
sql: { host: h, password: file }
hosts:
  a.example: { archive_expires_after: 2 weeks }
  b.example:
`,
  );
  const applied = await withEnvironment(raw, {
    PROSODY_ARCHIVE_EXPIRY_DAYS: '3',
    PROSODY_DB_PASSWORD: 'p',
    PROSODY_DOMAIN: 'b.example',
    PROSODY_ALLOW_REGISTRATION: '1',
  });
  const { hosts, storage, warnings } = await settingsOf(applied);
  expect(hosts.map(({ options }) => [options['archive_expires_after'], options['allow_registration']])).toEqual([
    ['2 weeks', undefined],
    [259_200, true],
  ]);
  expect(hosts.map(({ modules }) => modules.includes('register_ibr'))).toEqual([true, true]);
  expect(storage).toMatchObject({ url: 'postgresql://couplet:p@h:5432/couplet' });
  expect(warnings).toEqual([
    'environment PROSODY_ARCHIVE_EXPIRY_DAYS: a.example sets archive_expires_after itself, which stays: /c.yaml:5',
  ]);
  expect(applied.settings.get('sql')?.at).toBe('/c.yaml:3 with environment PROSODY_DB_PASSWORD');
  expect(applied.settings.get('sql')?.within(['host'])).toBe('/c.yaml:3');
});

test('what there is no module for yet is one warning each, and the rest is served', async () => {
  const applied = await withEnvironment(await readYaml('/c.yaml', 'hosts: {a.example: }'), {
    PROSODY_C2S_RATE: '10kb/s',
    PROSODY_C2S_BURST: '2s',
    PROSODY_ENABLE_MODULES: 'ping,muc_mam posix',
    PROSODY_DISABLE_MODULES: 's2s,uptime',
    PROSODY_MUC_HISTORY: '20',
  });
  const { hosts, warnings } = await settingsOf(applied);
  expect(warnings).toEqual([
    'environment PROSODY_MUC_HISTORY: it has no effect: no component is made of the module muc',
    'environment PROSODY_C2S_RATE, PROSODY_C2S_BURST: limits has no meaning yet and is ignored',
    'environment PROSODY_ENABLE_MODULES: the module muc_mam is not there yet',
  ]);
  expect(hosts[0]?.modules).toContain('ping');
  expect(hosts[0]?.modules).not.toContain('uptime');
});

test('a mistake that only the option itself knows is told at the variable', async () => {
  const applied = await withEnvironment(await base(), { COUPLET_CONTAINER: '1', AUTHENTICATION: 'ldap' });
  await expect(settingsOf(applied)).rejects.toThrow(/^environment AUTHENTICATION: there is no authentication "ldap"/m);
});

test('without a file the environment is the configuration', async () => {
  writeFileSync(join(folder, 'db-password'), 'hush hush\n');
  const raw = await environmentConfig({
    PROSODY_DOMAIN: 'example.org',
    PROSODY_ADMINS: 'admin@example.org,me@example.org',
    PROSODY_STORAGE: 'sql',
    PROSODY_DB_DRIVER: 'PostgreSQL',
    PROSODY_DB_HOST: 'postgres',
    PROSODY_DB_NAME: 'prosody',
    PROSODY_DB_USER: 'prosody',
    PROSODY_DB_PASSWORD_FILE: join(folder, 'db-password'),
    PROSODY_ENABLE_MODERN: 'true',
    PROSODY_ENABLE_HTTP: 'true',
    PROSODY_ALLOW_REGISTRATION: 'false',
    PROSODY_UPLOAD_SIZE_LIMIT: '10485760',
    COUPLET_CONTAINER: '1',
  });
  expect(raw.hosts.map(({ domain }) => domain)).toEqual(['example.org']);
  const { hosts, storage, dataPath, log, warnings } = await settingsOf(raw);
  expect(log).toMatchObject([{ to: '*stderr', format: 'text' }]);
  expect(dataPath).toBe('/var/lib/prosody');
  expect(storage).toMatchObject({ kind: 'postgresql', url: 'postgresql://prosody:hush%20hush@postgres:5432/prosody' });
  expect(hosts[0]?.options).toMatchObject({
    admins: ['admin@example.org', 'me@example.org'],
    allow_registration: false,
  });
  expect(hosts[0]?.modules).toEqual(expect.arrayContaining(['c2s', 'roster', 'mam', 'carbons']));
  expect(warnings.join('\n')).toContain(
    'upload.example.org is not served: the module http_file_share is not there yet',
  );
  expect(warnings.join('\n')).not.toContain('hush');
});

test.each([
  [{ PROSODY_VIRTUAL_HOSTS: 'a.example,b.example' }, ['a.example', 'b.example']],
  [
    { PROSODY_DOMAIN: 'a.example', PROSODY_ENABLE_HTTP: 'on' },
    ['a.example', 'conference.a.example', 'upload.a.example'],
  ],
  [
    { COUPLET_CONTAINER: '1', DOMAIN: 'a.example', DOMAIN_MUC: 'r.example' },
    ['a.example', 'r.example', 'upload.a.example', 'proxy.a.example', 'pubsub.a.example'],
  ],
  [
    {
      PROSODY_VIRTUAL_HOSTS: 'a.example',
      PROSODY_COMPONENTS: 'm.example:muc',
      PROSODY_EXTERNAL_COMPONENTS: 'e.example,f.example:own',
      PROSODY_COMPONENT_SECRET: 'all',
    },
    ['a.example', 'm.example', 'e.example', 'f.example'],
  ],
])('hosts and components from %j', async (environment, domains) => {
  const bare = { ...(await base()), hosts: [] };
  const { hosts } = applyEnvironment(bare, environment);
  expect(hosts.map(({ domain }) => domain)).toEqual(domains);
  expect(hosts.map(({ settings }) => settings.get('component_secret')?.value).filter(Boolean)).toEqual(
    'PROSODY_COMPONENT_SECRET' in environment ? ['all', 'own'] : [],
  );
});

test('a program that reads the same variables means the same without the environment over it', async () => {
  const file = join(folder, 'prosody.cfg.lua');
  writeFileSync(
    file,
    `admins = { "a@a.example", "b@a.example" }; modules_enabled = { "mam", "carbons", "smacks", "roster", "register" }
    limits = { c2s = { rate = "10kb/s", burst = "25kb" } }
    default_storage = "sql"; sql = { driver = "PostgreSQL", host = "h", port = 5432, username = "u", password = "p" }
    VirtualHost "a.example"
      allow_registration = true
    Component "rooms.a.example" "muc"
      muc_log_expires_after = "1y"`,
  );
  const before = await loadSettings(file);
  const environment = {
    ...{ PROSODY_DOMAIN: 'a.example', PROSODY_ADMINS: 'a@a.example b@a.example', PROSODY_ENABLE_MODERN: 'true' },
    ...{
      PROSODY_C2S_RATE: '10kb/s',
      PROSODY_C2S_BURST: '25kb',
      PROSODY_STORAGE: 'sql',
      PROSODY_DB_DRIVER: 'PostgreSQL',
    },
    ...{ PROSODY_DB_HOST: 'h', PROSODY_DB_PORT: '5432', PROSODY_DB_USER: 'u', PROSODY_DB_PASSWORD: 'p' },
    ...{ PROSODY_ALLOW_REGISTRATION: 'true', PROSODY_MUC_LOG_EXPIRE: '1y' },
  };
  const { readLua } = await import('../config/lua/read-lua.ts');
  const after = await settingsOf(await withEnvironment(await readLua(file), environment));
  const seen = ({ hosts, storage }: typeof before): unknown => [
    hosts.map(({ domain, modules, options: { admins, limits, allow_registration } }) => [
      domain,
      modules.toSorted(),
      admins,
      limits,
      allow_registration,
    ]),
    storage,
  ];
  expect(seen(after)).toEqual(seen(before));
});

test('the environment alone has to name a host', async () => {
  await expect(environmentConfig({ DOMAIN: 'a.example', PROSODY_DOMAIN: '' })).rejects.toThrow(
    new ConfigError('the environment names no host to serve: set PROSODY_DOMAIN'),
  );
});

test('a file that is named goes before the environment alone', async () => {
  expect(findConfig({ PROSODY_CONFIG: '/x', PROSODY_DOMAIN: 'a.example' })).toBe('/x');
  vi.stubEnv('PROSODY_DOMAIN', 'a.example');
  const { hosts } = await loadSettings(ENVIRONMENT);
  expect(hosts.map(({ domain, options }) => [domain, options['certificates']])).toEqual([
    ['a.example', resolve('certs')],
  ]);
  vi.unstubAllEnvs();
});
