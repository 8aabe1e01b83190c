import { afterEach, beforeEach, expect, test } from 'vitest';
import { authenticate, openStream } from '../../../test/support/dialogue/login.ts';
import { MemoryLog } from '../../../test/support/world.ts';
import { XClient } from '../../../test/support/xclient.ts';
import { ConfigError } from '../../config/config-error.ts';
import { Auth } from '../../host/auth.ts';
import type { HostConfig } from '../../host/host.ts';
import type { Server } from '../../host/server.ts';
import { Jid } from '../../jid/jid.ts';
import type { ServerSettings } from '../server-settings.ts';
import { startServer } from '../start.ts';
import { Reloader } from './reloader.ts';

const MODULES = ['iq', 'message', 'presence', 'c2s', 'saslauth', 'auth_internal_hashed', 'ping'];

const ann = Jid.parse('ann@a.example') ?? expect.fail('no address');

let server: Server;
let log: MemoryLog;
let reloader: Reloader;
/** What is read next. */
let next: ServerSettings;
let applied: number;

function host(domain: string, options: object = {}, modules = MODULES): HostConfig {
  const shared = {
    c2s_ports: [0],
    c2s_interfaces: ['127.0.0.1'],
    c2s_require_encryption: false,
    allow_unencrypted_plain_auth: true,
  };
  return { domain, kind: 'host', modules, options: { ...shared, ...options } };
}

const settings = (...hosts: HostConfig[]): ServerSettings => ({
  hosts,
  storage: { kind: 'memory' },
  dataPath: '/nowhere',
  adminSocket: '/nowhere/prosody.sock',
  log: [],
  warnings: [],
});

beforeEach(async () => {
  log = new MemoryLog();
  applied = 0;
  next = settings(host('a.example'), host('b.example'));
  server = await startServer({ hosts: next.hosts, log });
  reloader = new Reloader({ server, settings: next, read: async () => next, apply: () => void applied++ });
});
afterEach(() => server.stop());

async function address(): Promise<string> {
  return (await server.listeners.addresses('c2s')).join();
}

async function client(domain: string): Promise<XClient> {
  const auth = server.hosts.get(domain)?.services.find(Auth);
  const unit = server.storage.unit();
  await auth?.setPassword(unit, 'ann', 'secret');
  await unit.submit()?.settled();
  const connected = await XClient.connect(Number((await address()).split(':')[1]));
  await openStream(connected, domain);
  await authenticate(connected, { domain, user: 'ann', password: 'secret', mechanism: 'PLAIN' });
  connected.send("<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
  await connected.next();
  return connected;
}

test('clients of a host that is removed hear host-gone, those of others nothing; the port stays', async () => {
  const before = await address();
  const gone = await client('a.example');
  const stays = await client('b.example');
  next = settings(host('b.example'), host('c.example'));
  expect(await reloader.run(false)).toEqual([
    { host: 'c.example', change: 'host added', result: 'done' },
    { host: 'a.example', change: 'host removed, its clients disconnected', result: 'done' },
  ]);
  expect([...server.hosts.keys()]).toEqual(['b.example', 'c.example']);
  expect(await address()).toBe(before);
  const event = await gone.next();
  expect(JSON.stringify(event)).toContain('host-gone');
  expect(stays.unread).toEqual([]);
  (await client('c.example')).destroy();
  for (const one of [gone, stays]) one.destroy();
});

test('listeners open and close under connections that stay', async () => {
  const stays = await client('a.example');
  const before = await address();
  next = settings(host('a.example', { c2s_ports: [0, 0] }), host('b.example', { c2s_ports: [0, 0] }));
  await reloader.run(false);
  expect((await address()).split(',')).toHaveLength(2);
  expect((await address()).split(',')[0]).toBe(before);
  expect(stays.closed).toBe(false);
  stays.destroy();
});

test('a dry run, a configuration that is wrong, and modules that do not fit together change nothing', async () => {
  next = settings(host('a.example', { admins: ['ann@a.example'] }, [...MODULES, 'time']));
  const steps = await reloader.run(true);
  expect(steps.map(({ host: domain, change, result }) => [domain, change, result])).toEqual([
    ['a.example', 'admins', 'not done yet'],
    ['a.example', 'module time loaded', 'not done yet'],
    ['b.example', 'host removed, its clients disconnected', 'not done yet'],
  ]);
  next = settings(host('a.example', {}, [...MODULES, 'lastactivity']));
  await expect(reloader.run(false)).rejects.toThrow('a.example: module lastactivity needs roster');
  const broken = new Reloader({
    server,
    settings: next,
    read: () => Promise.reject(new ConfigError('couplet.yaml:1: wrong')),
    apply: () => void applied++,
  });
  await expect(broken.run(false)).rejects.toThrow('couplet.yaml:1: wrong');
  expect([...server.hosts.keys()]).toEqual(['a.example', 'b.example']);
  expect(server.hosts.get('a.example')?.modules.names).not.toContain('time');
  expect(applied).toBe(0);
});

test('a module that cannot be set up goes on as it was, is told, and is tried again by the next reload', async () => {
  const tls = [...MODULES, 'tls'];
  const missing = { c2s_ssl: { verify: 'peer' } };
  next = settings(host('a.example', missing, tls), host('b.example'));
  const reason = 'failed: a.example: c2s_ssl: verify = "peer" needs a cafile: no public authority vouches for users';
  expect(await reloader.run(false)).toEqual([
    { host: 'a.example', module: 'tls', change: 'module tls loaded', result: reason },
  ]);
  expect(await reloader.run(false)).toMatchObject([{ change: 'module tls loaded', result: reason }]);
  expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(2);
  next = settings(host('a.example', {}, tls), host('b.example'));
  expect(await reloader.run(false)).toMatchObject([{ change: 'module tls loaded', result: 'done' }]);
  expect(await reloader.run(false)).toMatchObject([{ change: 'module tls reads its files anew', result: 'done' }]);
});

test('a host that an administrator deactivated stays so, and comes back as it is configured then', async () => {
  await server.deactivate('b.example');
  next = settings(host('a.example'), host('b.example', {}, [...MODULES, 'time']));
  await reloader.run(false);
  expect([...server.hosts.keys()]).toEqual(['a.example']);
  const config = server.inactive.get('b.example');
  if (config === undefined) throw new Error('it is forgotten');
  expect((await server.activate(config)).modules.names).toContain('time');
});

test('administrators have their rights at once, and have lost them as soon', async () => {
  const may = async (): Promise<boolean | undefined> =>
    (await server.hosts.get('a.example')?.permissions.rightsOf(ann))?.has('prosody:operator');
  next = settings(host('a.example', { admins: ['ann@a.example'] }), host('b.example'));
  await reloader.run(false);
  expect(await may()).toBe(true);
  next = settings(host('a.example'), host('b.example'));
  expect(await reloader.run(false)).toEqual([{ host: 'a.example', change: 'admins', result: 'done' }]);
  expect(await may()).toBe(false);
});

test('two reloads at once are done one after the other', async () => {
  next = settings(host('a.example'));
  const first = reloader.run(false);
  const second = reloader.run(false);
  expect(await first).toHaveLength(1);
  expect(await second).toEqual([]);
});
