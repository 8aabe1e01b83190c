import { afterEach, describe, expect, test } from 'vitest';
import { ROUTING, settled, World, type TestClient } from '../../../test/support/world.ts';
import { systemClock } from '../../cluster/clock.ts';
import { MemoryCluster } from '../../cluster/memory/memory-cluster.ts';
import { Auth, type AuthProvider } from '../../host/auth.ts';
import { memoryStorage } from '../../storage/memory/memory-storage.ts';
import type { Element } from '../../xml/element.ts';
import definition from './user-account-management.ts';

const NS = 'jabber:iq:register';
const MODULES = [...ROUTING, 'roster', 'private', 'auth_internal_hashed', 'user_account_management'];
const worlds: World[] = [];

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

async function start(options: Record<string, unknown> = {}): Promise<World> {
  const hosts = ['localhost', 'other.test'].map((domain) => ({
    domain,
    modules: MODULES,
    options: { default_iteration_count: 4096, ...options },
  }));
  const world = await World.start({ modules: [definition], hosts });
  worlds.push(world);
  for (const name of ['alice', 'bob']) await addUser(world, name);
  return world;
}

const auth = (world: World): AuthProvider => world.host().services.find(Auth) ?? expect.fail('no accounts');

async function addUser(world: World, name: string): Promise<void> {
  const unit = world.server.storage.unit();
  await auth(world).create(unit, name, `${name}-password`);
  await unit.submit()?.settled();
}

async function ask(client: TestClient, content: string, attributes = 'type="set"'): Promise<Element | undefined> {
  client.take();
  client.send(`<iq id="1" ${attributes}><query xmlns="${NS}">${content}</query></iq>`);
  await expect.poll(() => client.received.length).toBeGreaterThan(0);
  await settled();
  return client.take()[0];
}

const fields = (username: string, password: string): string =>
  `<username>${username}</username><password>${password}</password>`;
const condition = (answer: Element | undefined): string | undefined => answer?.child('error')?.elements()[0]?.name;
const closed = (client: TestClient): (string | undefined)[] => client.closed.map((error) => error?.condition);

test('a user learns the own name, and never a password', async () => {
  const world = await start();
  const alice = await world.client('alice@localhost/a');
  for (const to of ['', 'to="localhost"', 'to="alice@localhost"']) {
    const query = (await ask(alice, '', `type="get" ${to}`))?.child('query', NS);
    expect(query?.child('registered')).toBeDefined();
    expect([query?.childText('username'), query?.childText('password')]).toEqual(['alice', '']);
  }
});

test('a new password holds at once; the other sessions are closed, this one goes on', async () => {
  const world = await start();
  const alice = await world.client('alice@localhost/a');
  const other = await world.client('alice@localhost/b');
  const bob = await world.client('bob@localhost/b');
  expect((await ask(alice, fields('Alice', 'new'), 'type="set" to="localhost"'))?.attr('type')).toBe('result');
  expect(await auth(world).checkPassword('alice', 'new')).toBe(true);
  expect(await auth(world).checkPassword('alice', 'alice-password')).toBe(false);
  expect([alice, other, bob].map(closed)).toEqual([[], ['reset'], []]);
});

describe('S87: nothing of anybody else', () => {
  test.each(['bob', 'BOB', 'ｂob', 'bob@localhost', 'alice@localhost', ''])(
    'the password of %j stays',
    async (name) => {
      const world = await start();
      const alice = await world.client('alice@localhost/a');
      expect(condition(await ask(alice, fields(name, 'stolen')))).toBe('not-allowed');
      for (const user of ['alice', 'bob']) expect(await auth(world).checkPassword(user, `${user}-password`)).toBe(true);
    },
  );

  test('requests to somebody’s account or to another host are not for us', async () => {
    const world = await start();
    const bob = await world.client('bob@localhost/b');
    const stranger = await world.client('alice@other.test/x');
    for (const content of [fields('alice', 'x'), '<remove/>']) {
      expect(condition(await ask(bob, content, 'type="set" to="alice@localhost"'))).toBe('service-unavailable');
      expect(condition(await ask(stranger, content, 'type="set" to="localhost"'))).toBe('service-unavailable');
      expect(condition(await ask(stranger, content, 'type="set" to="alice@localhost"'))).toBe('service-unavailable');
    }
    expect(condition(await ask(stranger, '', 'type="get" to="localhost"'))).toBe('service-unavailable');
    expect(await auth(world).checkPassword('alice', 'alice-password')).toBe(true);
  });
});

test.each([
  ['', 'bad-request'],
  ['<password>x</password>', 'bad-request'],
  ['<username>alice</username>', 'bad-request'],
  [fields('alice', ''), 'bad-request'],
  [fields('alice', 'x'.repeat(1024)), 'not-acceptable'],
  ['<remove/><x/>', 'bad-request'],
  [`<remove/>${fields('alice', 'x')}`, 'bad-request'],
])('%j is refused with %s, and nothing changes', async (content, error) => {
  const world = await start();
  const alice = await world.client('alice@localhost/a');
  expect(condition(await ask(alice, content))).toBe(error);
  expect(await auth(world).checkPassword('alice', 'alice-password')).toBe(true);
  expect(closed(alice)).toEqual([]);
});

test('an account that is deleted goes with all that it kept; its sessions are closed after the answer', async () => {
  const world = await start();
  const alice = await world.client('alice@localhost/a');
  const other = await world.client('alice@localhost/b');
  const bob = await world.client('bob@localhost/b');
  const store = '<iq id="p" type="set"><query xmlns="jabber:iq:private"><a xmlns="urn:1">x</a></query></iq>';
  alice.send(store);
  await settled();
  expect((await ask(alice, '<remove/>'))?.attr('type')).toBe('result');
  expect([alice, other, bob].map(closed)).toEqual([['not-authorized'], ['not-authorized'], []]);
  expect(await auth(world).exists('alice')).toBe(false);
  expect(await auth(world).exists('bob')).toBe(true);
  await addUser(world, 'alice');
  const successor = await world.client('alice@localhost/a');
  successor.send('<iq id="p" type="get"><query xmlns="jabber:iq:private"><a xmlns="urn:1"/></query></iq>');
  await settled();
  expect(successor.take()[0]?.child('query', 'jabber:iq:private')?.childText('a', 'urn:1')).toBe('');
});

test('sessions on other nodes are closed too', async () => {
  const fail = (error: unknown): void => expect.fail(String(error));
  const cluster = new MemoryCluster({ clock: systemClock, report: fail });
  const storage = memoryStorage(fail);
  const options = { modules: [definition], hosts: [{ modules: MODULES }], storage };
  const one = await World.start({ ...options, cluster: cluster.join('one') });
  const two = await World.start({ ...options, cluster: cluster.join('two') });
  worlds.push(two, one);
  const alice = await one.client('alice@localhost/a');
  const far = await two.client('alice@localhost/b');
  await ask(alice, fields('alice', 'new'));
  await expect.poll(() => closed(far)).toEqual(['reset']);
  const again = await two.client('alice@localhost/c');
  await ask(alice, '<remove/>');
  await expect.poll(() => closed(again)).toEqual(['not-authorized']);
});

test('registration_compat = false: only requests to the own account', async () => {
  const world = await start({ registration_compat: false });
  const alice = await world.client('alice@localhost/a');
  expect(condition(await ask(alice, '', 'type="get" to="localhost"'))).toBe('service-unavailable');
  expect((await ask(alice, '', 'type="get"'))?.attr('type')).toBe('result');
});

test('loads, reloads and unloads without a trace', async () => {
  const world = await start();
  const { iqs, modules } = world.host();
  const loaded = iqs.size;
  await modules.reload('user_account_management');
  expect(iqs.size).toBe(loaded);
  await modules.unload('user_account_management');
  expect(iqs.size).toBe(loaded - 4);
});

test('with a grace period, an account that its user deletes is disabled, and gone later', async () => {
  const world = await start({ registration_delete_grace_period: '1 week' });
  const alice = await world.client('alice@localhost/a');
  expect((await ask(alice, '<remove/>'))?.attr('type')).toBe('result');
  expect(closed(alice)).toEqual(['not-authorized']);
  expect(await auth(world).exists('alice')).toBe(true);
  await expect(auth(world).admit?.('alice')).rejects.toMatchObject({ condition: 'account-disabled' });
  const { since = 0, purge = 0 } = (await auth(world).suspensions?.of('alice')) ?? {};
  expect(purge - since).toBe(7 * 86_400_000_000);
  await auth(world).admit?.('bob');
});
