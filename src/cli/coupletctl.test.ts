/** coupletctl with a server that runs, and with the data of one that does not. */
import { mkdtempSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MemoryLog, TestClient } from '../../test/support/world.ts';
import { openControlSocket, type ControlSocket } from '../app/control-socket.ts';
import { zeroSettings } from '../app/load-settings.ts';
import type { ServerSettings } from '../app/server-settings.ts';
import { startServer } from '../app/start.ts';
import { Auth } from '../host/auth.ts';
import { bindResource } from '../host/bind.ts';
import type { Server } from '../host/server.ts';
import { Jid } from '../jid/jid.ts';
import { deriveScramKeys } from '../stream/sasl/scram-keys.ts';
import { runCommandLine } from './run-command-line.ts';

vi.setConfig({ testTimeout: 30_000 });

let folder: string;
let data: string;
let server: Server | undefined;
let control: ControlSocket | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'couplet-ctl-'));
  data = join(folder, 'data');
});

afterEach(async () => {
  await stop();
  rmSync(folder, { recursive: true });
});

function settings(): ServerSettings {
  return zeroSettings({ data, storage: 'sqlite', port: 0, tlsPort: undefined, address: '127.0.0.1', logLevel: 'info' });
}

async function start(storage: 'sqlite' | 'memory' = 'memory'): Promise<void> {
  mkdirSync(data, { recursive: true });
  const { hosts, adminSocket, storage: kept } = settings();
  server = await startServer({
    hosts,
    log: new MemoryLog(),
    storage: storage === 'memory' ? { kind: 'memory' } : kept,
  });
  control = await openControlSocket(server, adminSocket);
}

async function stop(): Promise<void> {
  await control?.close();
  await server?.stop();
  server = control = undefined;
}

interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function ctl(words: readonly string[], ...answers: string[]): Promise<Outcome> {
  let out = '';
  let err = '';
  const status = await runCommandLine(['--data', data, ...words], {
    program: 'coupletctl',
    out: (text) => (out += text),
    err: (text) => (err += text),
    ask: () => Promise.resolve(answers.shift() ?? ''),
    interactive: false,
  });
  return { status, out, err };
}

const fine = (out = ''): Outcome => ({ status: 0, out, err: '' });
const refused = (err: string): Outcome => ({ status: 1, out: '', err: `coupletctl: ${err}\n` });

function fits(user: string, password: string): Promise<boolean> | undefined {
  return server?.hosts.get('localhost')?.services.find(Auth)?.checkPassword(user, password);
}

test('accounts come, change and go while the server runs', async () => {
  await start();
  expect(await ctl(['adduser', 'Ann@localhost'], 'one')).toEqual(fine());
  expect(await fits('ann', 'one')).toBe(true);
  expect(await ctl(['adduser', 'ann@localhost'], 'two')).toEqual(refused('ann@localhost exists already'));
  expect(await ctl(['adduser', 'ann@localhost', '--if-missing'], 'two')).toEqual(fine());
  expect(await fits('ann', 'one')).toBe(true);
  expect(await ctl(['passwd', 'ann@localhost'], 'three')).toEqual(fine());
  expect([await fits('ann', 'one'), await fits('ann', 'three')]).toEqual([false, true]);
  expect(await ctl(['register', 'bob', 'localhost', 'four'])).toEqual(fine());
  expect(await ctl(['user', 'list', 'localhost'])).toEqual(fine('ann@localhost\nbob@localhost\n'));
  expect(await ctl(['user', 'list', 'localhost', '--json'])).toEqual(fine('["ann@localhost","bob@localhost"]\n'));
  expect(await ctl(['deluser', 'ann@localhost'])).toEqual(fine());
  expect(await ctl(['unregister', 'bob', 'localhost'])).toEqual(fine());
  expect(await ctl(['user', 'list', 'localhost'])).toEqual(fine());
  expect(await ctl(['deluser', 'ann@localhost'])).toEqual(refused('ann@localhost does not exist'));
  expect(await ctl(['passwd', 'ann@localhost'], 'x')).toEqual(refused('ann@localhost does not exist'));
  expect(await ctl(['adduser', 'ann@elsewhere'], 'x')).toEqual(refused('elsewhere is not served here'));
  expect(await ctl(['adduser', 'ann@localhost'], '')).toEqual(refused('no password was given'));
});

test('what the server is told through other commands, and in the words of Prosody’s shell', async () => {
  await start();
  expect(await ctl(['shell', 'user', 'create', 'ann@localhost', 'one'])).toEqual(fine());
  expect(await ctl(['shell', 'user:create("bob@localhost", "two")'])).toEqual(fine());
  expect([await fits('ann', 'one'), await fits('bob', 'two')]).toEqual([true, true]);
  expect(await ctl(['user', 'list', 'localhost', '--search', 'b'])).toEqual(fine('bob@localhost\n'));
  expect(await ctl(['user', 'list', 'localhost', '--max', '1'])).toEqual(fine('ann@localhost\n'));
  expect(await ctl(['user', 'list', 'localhost', '--after', 'ann@localhost'])).toEqual(fine('bob@localhost\n'));
  expect(await ctl(['user', 'password', 'ann@localhost', 'three'])).toEqual(fine());
  expect(await fits('ann', 'three')).toBe(true);
  expect(await ctl(['user', 'count', 'localhost'])).toEqual(fine('registered: 2\ndisabled:   0\nonline:     0\n'));
  expect(await ctl(['roster', 'add', 'ann@localhost', 'bob@localhost', '--group', 'Team'])).toEqual(fine());
  expect((await ctl(['roster', 'show', 'ann@localhost'])).out).toBe(
    'JID            GROUPS  SUBSCRIPTION  ASK\nbob@localhost  Team    none          no\n',
  );
  expect(await ctl(['c2s', 'show'])).toEqual(fine());
  expect(await ctl(['c2s', 'close', 'ann@localhost'])).toEqual(refused('ann@localhost is not connected'));
  expect(await ctl(['module', 'unload', 'ping', 'localhost'])).toEqual(fine());
  expect(await ctl(['module', 'info', 'ping'])).toEqual(refused('ping is not loaded on localhost'));
  expect(await ctl(['host', 'list'])).toEqual(fine('DOMAIN     KIND  ACTIVE\nlocalhost  host  yes\n'));
  expect(await ctl(['announce', 'localhost', 'Hello', 'nobody'])).toMatchObject({ status: 1 });
  expect(await ctl(['user', 'delete', 'bob@localhost'])).toEqual(fine());
  const audit: unknown = JSON.parse((await ctl(['audit', '--json', '--operation', 'user.create'])).out);
  expect(audit).toMatchObject({ entries: [{ input: { jid: 'ann@localhost' } }, { input: { jid: 'bob@localhost' } }] });
  expect(await ctl(['audit', '--since', 'never'])).toMatchObject({ status: 1 });
  expect(await ctl(['healthcheck'])).toEqual(fine());
  expect(await ctl(['start'])).toEqual({ status: 1, out: '', err: 'The server runs already\n' });
  expect(await ctl(['stop'])).toEqual(refused('Nothing runs that could do that'));
});

test('a server that does not run: it is not healthy, cannot be stopped, and still tells what was changed', async () => {
  expect(await ctl(['healthcheck', '--json'])).toEqual({
    status: 1,
    out: '{"healthy":false,"problems":["the server does not run"]}\n',
    err: '',
  });
  expect(await ctl(['stop'])).toEqual({ status: 1, out: '', err: 'The server does not run\n' });
  expect((await ctl(['c2s', 'show'])).err).toContain('the server does not run');
  await ctl(['adduser', 'ann@localhost'], 'one');
  expect((await ctl(['audit'])).out).toContain('user.create  operator  control  {"jid":"ann@localhost"}  done');
});

test('a password from a file is its first line', async () => {
  await start();
  const file = join(folder, 'password');
  writeFileSync(file, 'p w\nrest\n');
  expect(await ctl(['adduser', 'ann@localhost', '--password-file', file])).toEqual(fine());
  expect(await fits('ann', 'p w')).toBe(true);
});

test('status: 0 with what there is, 2 where nothing runs', async () => {
  const socket = join(data, 'prosody.sock');
  expect(await ctl(['status'])).toEqual({ status: 2, out: `Not running: nothing answers at ${socket}\n`, err: '' });
  await start();
  expect(statSync(socket).mode & 0o777).toBe(0o600);
  const { status, out } = await ctl(['status']);
  expect(status).toBe(0);
  expect(out).toMatch(
    /^Couplet \S+ on Node\.js \S+ runs as process \d+ for \d+ s, \d+ MB\n {2}c2s: 127\.0\.0\.1:\d+\n/,
  );
  expect(out).toMatch(/^ {2}localhost: 0 sessions; adhoc, admin_adhoc, admin_operations, /m);
  const found: unknown = JSON.parse((await ctl(['status', '--json'])).out);
  expect(found).toMatchObject({ pid: process.pid, hosts: [{ domain: 'localhost', kind: 'host', sessions: 0 }] });
  await stop();
  expect((await ctl(['status', '--json'])).out).toBe('null\n');
});

test('import: each line once, with a report; keys of another server work', async () => {
  await start();
  await ctl(['adduser', 'ann@localhost'], 'old');
  const { salt, iterations, storedKey, serverKey } = await deriveScramKeys(
    'pencil',
    Buffer.from('salt'),
    4096,
    'SHA-1',
  );
  const keys = {
    salt: salt.toString('base64'),
    iterations,
    stored_key: storedKey.toString('base64'),
    server_key: serverKey.toString('base64'),
  };
  const file = join(folder, 'accounts.jsonl');
  const lines = [
    '{"jid":"ann@localhost","password":"new"}',
    '{"jid":"bob@localhost","password":"secret"}',
    '',
    JSON.stringify({ jid: 'carl@localhost', scram: { 'SHA-1': keys } }),
    '{"jid":"bob@localhost","password":"twice"}',
    'nonsense',
    '{"jid":"@","password":"x"}',
    '{"jid":"dora@elsewhere","password":"x"}',
    JSON.stringify({ jid: 'erik@localhost', scram: { 'SHA-1': { ...keys, stored_key: 'AAAA' } } }),
    JSON.stringify({ jid: 'fay@localhost', scram: { 'SHA-1': { ...keys, iterations: 1 } } }),
    '{"jid":"gus@localhost"}',
    '{"jid":"hal@localhost","password":"\\u0000"}',
  ];
  writeFileSync(file, lines.slice(0, 5).join('\r\n'));
  expect(await ctl(['user', 'import', file])).toEqual(
    fine('2 created, 2 existed already and stay as they are, 0 refused\n'),
  );
  expect([await fits('ann', 'old'), await fits('bob', 'secret'), await fits('carl', 'pencil')]).toEqual([
    true,
    true,
    true,
  ]);

  writeFileSync(file, lines.filter((line) => !line.includes('elsewhere')).join('\n'));
  const { status, out, err } = await ctl(['user', 'import', file]);
  expect({ status, out }).toEqual({ status: 1, out: '0 created, 4 existed already and stay as they are, 6 refused\n' });
  const told = err.split('\n').map((line) => line.replace(`${file}:`, ''));
  expect(told.slice(0, 2)).toEqual([
    '6: expected an object with "jid": NAME@HOST',
    '7: expected an object with "jid": NAME@HOST',
  ]);
  expect(told[2]).toMatch(/^8: .*must be 20 bytes/);
  expect(told[3]).toMatch(/^9: .*>=4096/);
  expect(told[4]).toMatch(/^10: /);
  expect(told[5]).toMatch(/^11: The password is empty, too long/);

  writeFileSync(file, '{"jid":"dora@elsewhere","password":"x"}\n');
  expect(await ctl(['user', 'import', file])).toEqual(refused('elsewhere is not served here'));
});

test('without a server, accounts are changed in its data, which only one process may use', async () => {
  expect(await ctl(['adduser', 'ann@localhost'], 'one')).toEqual(fine());
  expect(statSync(data).mode & 0o777).toBe(0o700);
  await start('sqlite');
  expect(await fits('ann', 'one')).toBe(true);
  await control?.close();
  control = undefined;
  expect((await ctl(['adduser', 'bob@localhost'], 'two')).err).toContain('another server uses');
});

test('a backup of a running server can be restored when it is stopped, and not before', async () => {
  const file = join(folder, 'backup');
  await start('sqlite');
  await ctl(['adduser', 'ann@localhost'], 'one');
  const { status, out } = await ctl(['backup', file]);
  expect([status, out.startsWith(`${file} holds the data\n`)]).toEqual([0, true]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect((await ctl(['backup', file])).err).toContain('is there already');
  await ctl(['adduser', 'bob@localhost'], 'two');
  expect(await ctl(['restore', file])).toEqual(refused('the server runs: stop it first'));
  await stop();
  const restored = await ctl(['restore', file]);
  expect(restored).toMatchObject({ status: 0, err: '' });
  expect(restored.out).toMatch(/^The data is that of .*\nThe data from before is in .*\n$/);
  expect(await ctl(['user', 'list', 'localhost'])).toEqual(fine('ann@localhost\n'));
});

test('one server for each socket; a socket that a killed server left is no obstacle', async () => {
  await start();
  const { hosts, adminSocket } = settings();
  const other = await startServer({ hosts, log: new MemoryLog(), listen: false });
  await expect(openControlSocket(other, adminSocket)).rejects.toThrow(`another server answers at ${adminSocket}`);
  await stop();
  writeFileSync(adminSocket, '');
  const opened = await openControlSocket(other, adminSocket);
  await opened.close();
  await expect(openControlSocket(other, join(folder, 'x'.repeat(100)))).rejects.toThrow('too long for a socket');
  await expect(openControlSocket(other, join(folder, 'missing/ctl'))).rejects.toThrow('the control socket: ');
  await other.stop();
});

/** A client that is connected. */
async function connected(address: string): Promise<TestClient> {
  const jid = Jid.parse(address) ?? expect.fail(address);
  const client = new TestClient();
  const host = server?.hosts.get(jid.domain) ?? expect.fail('no host');
  const policy = { conflict: 'kick_old', maxSessions: 16 } as const;
  client.session = await bindResource(host, jid.bare, jid.resource, policy, client, undefined);
  return client;
}

test('clients are shown with the columns that are wanted, counted and sent away', async () => {
  await start();
  const clients = [await connected('ann@localhost/desk'), await connected('bob@localhost/phone')];
  expect(await ctl(['c2s', 'count'])).toEqual(fine('2\n'));
  expect(await ctl(['c2s', 'show', 'ann@localhost', 'jid host enc,sm'])).toEqual(
    fine('JID                 HOST       ENC  SM\nann@localhost/desk  localhost  no   no\n'),
  );
  expect((await ctl(['c2s', 'show', 'localhost', 'jid port'])).err).toContain(
    'there is no column "port"; there are id',
  );
  expect((await ctl(['c2s', 'show_tls', '--json'])).out).toContain('"jid":"bob@localhost/phone"');
  expect(await ctl(['c2s', 'close', 'ann@localhost', 'bye'])).toEqual(fine('closed: 1\n'));
  expect(await ctl(['c2s', 'closeall'])).toEqual(fine('closed: 1\n'));
  expect(clients.map(({ closed }) => closed.map((error) => error?.text))).toEqual([
    ['bye'],
    ['Ended by an administrator'],
  ]);
});

test('accounts are disabled, enabled, given roles and flags, and listed by them', async () => {
  await start();
  for (const name of ['ann', 'bob']) await ctl(['user', 'create', `${name}@localhost`, 'pw']);
  await ctl(['user', 'create', 'carl@localhost', 'pw', 'prosody:admin']);
  expect(await ctl(['user', 'disable', 'ann@localhost', '--reason', 'spam', '--until', '1 week'])).toEqual(fine());
  expect((await ctl(['user', 'info', 'ann@localhost'])).out).toMatch(/^state: +disabled\nrole: +prosody:member\n/);
  expect(await ctl(['user', 'list', 'localhost', '--state', 'disabled'])).toEqual(fine('ann@localhost\n'));
  expect(await ctl(['user', 'enable', 'ann@localhost'])).toEqual(fine());
  expect(await ctl(['user', 'set_role', 'bob@localhost', 'prosody:guest'])).toEqual(fine());
  expect(await ctl(['user', 'set_role', 'bob@localhost', 'localhost', 'prosody:admin'])).toEqual(fine());
  expect(await ctl(['user', 'addrole', 'bob@localhost', 'prosody:guest'])).toEqual(fine());
  expect(await ctl(['user', 'roles', 'bob@localhost'])).toEqual(
    fine('role:      prosody:admin\nsecondary: prosody:guest\n'),
  );
  expect(await ctl(['user', 'list', 'localhost', '--role', 'prosody:admin'])).toEqual(
    fine('bob@localhost\ncarl@localhost\n'),
  );
  expect(await ctl(['admin', 'list'])).toEqual(fine('admin@localhost\nbob@localhost\ncarl@localhost\n'));
  expect((await ctl(['role', 'show', 'prosody:member'])).out).toContain('inherits: prosody:registered\n');
  expect((await ctl(['role', 'show', 'localhost', 'prosody:member'])).out).toContain('inherits: prosody:registered\n');
  expect(await ctl(['flags', 'add', 'ann@localhost', 'suspect', 'odd'])).toEqual(fine());
  expect(await ctl(['flags', 'find', 'localhost', 'suspect'])).toEqual(fine('ann@localhost\n'));
  expect(await ctl(['flags', 'remove', 'ann@localhost', 'suspect'])).toEqual(fine());
  expect((await ctl(['flags', 'list', 'ann@localhost'])).out).toBe('');
  expect((await ctl(['user', 'list_inactive', 'localhost', '1 day'])).out).toContain('carl@localhost');
});

test('ports, tasks, caches, statistics, options', async () => {
  await start();
  const [, port = ''] = /:(\d+) +c2s$/m.exec((await ctl(['port', 'list'])).out) ?? expect.fail();
  expect(await ctl(['port', 'close', port])).toEqual(fine('service: c2s\n'));
  expect((await ctl(['port', 'list'])).out).not.toMatch(/ c2s$/m);
  expect((await ctl(['cron', 'tasks'])).out).toMatch(/^auth_internal_hashed\/purge-deleted-accounts +600 /m);
  expect((await ctl(['debug', 'caches'])).out).toMatch(/^authz_internal +0 +0$/m);
  expect((await ctl(['stats', 'show', 'couplet_saslauth'])).out).toMatch(
    /^couplet_saslauth_success_total\{host="localhost"\} +0$/m,
  );
  expect((await ctl(['xmpp', 'ping', 'localhost', 'localhost'])).out).toMatch(/^milliseconds: \d/);
  expect(await ctl(['config', 'get', 'audit_log_expires_after'])).toEqual(fine('value: 31536000\n'));
  expect(await ctl(['config', 'set', 'localhost', 'audit_log_expires_after', '1 day'])).toEqual(
    fine('admin_operations\n'),
  );
  expect(await ctl(['config', 'get', 'localhost', 'audit_log_expires_after'])).toEqual(fine('value: 1 day\n'));
  expect((await ctl(['config', 'set', 'audit_log_expires_after', 'soon'])).err).toContain('expected seconds');
  expect(await ctl(['config', 'get', 'audit_log_expires_after'])).toEqual(fine('value: 1 day\n'));
  expect((await ctl(['config', 'get', 'sql'])).err).toContain('holds secrets');
  expect((await ctl(['config', 'set', 'admins', '[]'])).err).toContain('No module of localhost takes admins');
  expect((await ctl(['about'])).out).toContain(`data:          ${data}\n`);
  expect((await ctl(['install', 'mod_x'])).status).toBe(1);
  expect((await ctl(['help', 'user'])).out).toContain('  user delete JID');
});

test('what is typed into the shell stands so in the audit log; a line there may have options', async () => {
  await start();
  expect(await ctl(['shell', 'user create ann@localhost secret'])).toEqual(fine());
  expect(await ctl(['shell', 'user list localhost --json'])).toEqual(fine('["ann@localhost"]\n'));
  await ctl(['user', 'delete', 'ann@localhost']);
  expect((await ctl(['audit'])).out.match(/operator +\w+/g)).toEqual(['operator  shell', 'operator  control']);
});
