import { expect, test } from 'vitest';
import { ConfigError } from '../config/config-error.ts';
import { readYaml } from '../config/yaml.ts';
import { settingsOf } from './settings.ts';
import type { ServerSettings } from './server-settings.ts';

async function load(text: string): Promise<ServerSettings> {
  return settingsOf(await readYaml('/etc/couplet/couplet.yaml', text));
}

async function problems(text: string): Promise<string[]> {
  try {
    await load(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n').map((line) => line.replace('/etc/couplet/', ''));
    throw error;
  }
  return [];
}

test('a host needs a name and nothing else', async () => {
  const { hosts, ...server } = await load('hosts:\n  Example.ORG:\n');
  expect(server).toMatchObject({
    ignoreExistingData: false,
    dataPath: '/etc/couplet/data',
    storage: { kind: 'sqlite', directory: '/etc/couplet/data', synchronous: 'full' },
    adminSocket: '/etc/couplet/data/prosody.sock',
    log: [{ to: '*stderr', levels: 14, format: 'auto' }],
    warnings: [],
  });
  expect(hosts.map(({ domain, kind }) => [domain, kind])).toEqual([['example.org', 'host']]);
  expect(hosts[0]?.modules).toEqual(expect.arrayContaining(['auth_internal_hashed', 'c2s', 'message', 'roster']));
});

test('options of a host win over those of all, lists of modules come together', async () => {
  const { hosts } = await load(`
modules_enabled: [disco, ping, saslauth]
modules_disabled: [presence]
c2s_ports: [15222]
name: All
hosts:
  a.example:
    name: A
    modules_enabled: [time]
    modules_disabled: [ping]
  b.example:
  c.example: { enabled: false }
`);
  expect(hosts.map(({ domain }) => domain)).toEqual(['a.example', 'b.example']);
  const [a, b] = hosts;
  expect(a?.options).toMatchObject({ name: 'A', c2s_ports: [15_222] });
  expect(b?.options).toMatchObject({ name: 'All', c2s_ports: [15_222] });
  expect(a?.modules).toEqual(expect.arrayContaining(['c2s', 'disco', 'saslauth', 'time']));
  for (const gone of ['ping', 'presence', 'roster', 'vcard']) expect(a?.modules).not.toContain(gone);
  expect(b?.modules).toContain('ping');
  expect(b?.modules).not.toContain('time');
});

test('what a host enables comes on top of the built-in profile', async () => {
  const [host] = (await load('hosts:\n  a.example:\n    modules_enabled: [roster, ping]\n')).hosts;
  expect(host?.modules).toEqual(expect.arrayContaining(['roster', 'ping', 'vcard']));
  expect(new Set(host?.modules).size).toBe(host?.modules.length);
});

test.each([
  ['a: [', 'couplet.yaml:1: Flow sequence'],
  ['hosts:\n  a.example:\nhosts:\n  b.example:\n', 'couplet.yaml:3: Map keys must be unique'],
  ['[1]', 'couplet.yaml:1: a configuration is a table'],
  ['', 'couplet.yaml:1: no host to serve'],
  ['hosts:\n  a b:\n', 'couplet.yaml:2: "a b" is not a valid domain'],
  ['hosts:\n  me@a.example:\n', 'couplet.yaml:2: "me@a.example" is not a valid domain'],
  ['hosts:\n  a.example:\n  A.EXAMPLE:\n', 'couplet.yaml:3: a.example is there already'],
  [
    'hosts:\n  a.example:\n\nc2s_prots: [1]\n',
    'couplet.yaml:4: there is no option "c2s_prots"; did you mean "c2s_ports"?',
  ],
  ['hosts:\n  a.example:\n    nmae: x\n', 'couplet.yaml:3: there is no option "nmae"; did you mean "name"?'],
  ['hosts:\n  a.example:\n    data_path: x\n', 'couplet.yaml:3: data_path is for the whole server'],
  ['enabled: true\nhosts:\n  a.example:\n', 'couplet.yaml:1: enabled is for one host or component'],
  [
    'modules_enabled:\n  - disco\n  - rooster\nhosts:\n  a.example:\n',
    'couplet.yaml:3: there is no module "rooster"; did you mean "roster"?',
  ],
  [
    'hosts:\n  a.example:\n    modules_disabled: [pingg]\n',
    'couplet.yaml:3: there is no module "pingg"; did you mean "ping"?',
  ],
  [
    'authentication: internal_hashd\nhosts:\n  a.example:\n',
    'couplet.yaml:1: there is no authentication "internal_hashd"; did you mean "internal_hashed"?',
  ],
  ['hosts:\n  a.example:\nc2s_ports:\n  - 5222\n  - 99999\n', 'couplet.yaml:5: c2s_ports.1: Too big'],
  ['hosts:\n  a.example:\n    c2s_ports: 5222\n', 'couplet.yaml:3: c2s_ports: Invalid input: expected array'],
  [
    'hosts:\n  a.example:\n    authentication: insecure\n',
    'couplet.yaml:2: a.example: insecure_open_authentication: must be',
  ],
  ['components:\n  c.example:\n', 'couplet.yaml:2: c.example: "module" says'],
  ['storage: sqlit\nhosts:\n  a.example:\n', 'couplet.yaml:1: storage: Invalid option'],
  ['sql: {driver: MySQL}\nhosts:\n  a.example:\n', 'couplet.yaml:1: sql.driver: Invalid option'],
  [
    'storage: sqlite\nsql: {driver: PostgreSQL}\nhosts:\n  a.example:\n',
    'couplet.yaml:2: sql: the driver is PostgreSQL, storage is sqlite',
  ],
  ['hosts:\n  a.example:\nsql:\n  database: x\n', 'couplet.yaml:3: sql: database is for PostgreSQL'],
])('%j is refused: %s', async (text, message) => {
  const found = await problems(text);
  expect(found[0]).toContain(message);
});

test('all that is wrong is told at once, in the order of the file or nearly so, each line once', async () => {
  expect(await problems('c2s_ports: [x]\nnonsense: 1\nhosts:\n  a.example:\n  b.example:\n')).toEqual([
    'couplet.yaml:1: c2s_ports.0: Invalid input: expected number, received string',
    'couplet.yaml:2: there is no option "nonsense"',
  ]);
});

test('an option of a module that is not loaded is a warning, unless it is off anyway', async () => {
  const { warnings } = await load(
    'vcard_max_size: 2000\nallow_registration: false\nmodules_disabled: [vcard]\nhosts:\n  a.example:\n',
  );
  expect(warnings).toEqual([
    '/etc/couplet/couplet.yaml:1: vcard_max_size has no effect: the module vcard is not loaded',
  ]);
});

test.each([
  [
    '{driver: PostgreSQL, host: db.example, port: 5433, database: chat, username: me, password: "p:/@"}',
    'postgresql://me:p%3A%2F%40@db.example:5433/chat',
  ],
  ['{driver: PostgreSQL, host: "::1"}', 'postgresql://couplet@[::1]:5432/couplet'],
  ['{driver: PostgreSQL, host: /run/postgresql}', 'postgresql://couplet@/couplet?host=%2Frun%2Fpostgresql&port=5432'],
])('PostgreSQL by sql: %s', async (sql, url) => {
  const { storage } = await load(`sql: ${sql}\nhosts:\n  a.example:\n`);
  expect(storage).toEqual({ kind: 'postgresql', directory: '/etc/couplet/data', url });
});

test('paths start at the folder of the file; the log has a level and a place; memory has a limit', async () => {
  const settings = await load(`
data_path: ../../var/lib/couplet
admin_socket: /run/couplet/ctl.sock
log: {warn: ../couplet.log}
memory_limit: 500000000
storage: memory
hosts:
  a.example:
`);
  expect(settings).toMatchObject({
    dataPath: '/var/lib/couplet',
    adminSocket: '/run/couplet/ctl.sock',
    log: [{ to: '/etc/couplet.log', levels: 12, format: 'auto' }],
    memoryLimit: 500_000_000,
    storage: { kind: 'memory' },
  });
});
