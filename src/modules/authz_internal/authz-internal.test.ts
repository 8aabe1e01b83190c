import { afterEach, expect, test } from 'vitest';
import { ROUTING, World } from '../../../test/support/world.ts';
import { systemClock } from '../../cluster/clock.ts';
import { MemoryCluster } from '../../cluster/memory/memory-cluster.ts';
import type { OperationContext } from '../../host/operations.ts';
import { Jid } from '../../jid/jid.ts';
import { memoryStorage } from '../../storage/memory/memory-storage.ts';

const MODULES = [...ROUTING, 'auth_internal_hashed', 'authz_internal', 'admin_operations'];
const worlds: World[] = [];

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

async function start(options: Record<string, unknown> = {}, modules = MODULES): Promise<World> {
  const world = await World.start({ hosts: [{ modules, options: { admins: ['root@localhost'], ...options } }] });
  worlds.push(world);
  return world;
}

const context: OperationContext = {
  who: undefined,
  face: 'call',
  signal: new AbortController().signal,
  progress: () => undefined,
};
const run = (world: World, operation: string, input: object): Promise<unknown> =>
  world.host().operations.run(operation, input, context);

async function roleOf(world: World, address: string): Promise<string> {
  const jid = Jid.parse(address) ?? expect.fail(address);
  return (await world.host().permissions.rightsOf(jid)).name;
}

async function make(world: World, ...names: string[]): Promise<void> {
  for (const name of names) await run(world, 'user.create', { jid: `${name}@localhost`, password: 'x' });
}

test('a role takes effect at once, ends the sessions of the account, and goes with it', async () => {
  const world = await start();
  await make(world, 'ann', 'bob');
  expect(await roleOf(world, 'ann@localhost')).toBe('prosody:member');
  const [ann, bob] = [await world.client('ann@localhost/a'), await world.client('bob@localhost/b')];
  await run(world, 'user.set_role', { jid: 'ann@localhost', role: 'prosody:admin' });
  expect(await roleOf(world, 'ann@localhost/a')).toBe('prosody:admin');
  expect([ann, bob].map(({ closed }) => closed.map((error) => error?.condition))).toEqual([['reset'], []]);
  expect(await world.host().operations.mayRun('user.create', ann.session.jid)).toBe(true);
  expect(await world.host().operations.mayRun('server.shutdown', ann.session.jid)).toBe(false);
  await run(world, 'user.delete', { jid: 'ann@localhost' });
  expect(await roleOf(world, 'ann@localhost')).toBe('prosody:registered');
  expect([await roleOf(world, 'ann@elsewhere'), await roleOf(world, 'localhost')]).toEqual([
    'prosody:guest',
    'prosody:guest',
  ]);
});

test('further roles are kept beside the first one, and grant nothing by themselves', async () => {
  const world = await start();
  await make(world, 'ann', 'root');
  const ann = { jid: 'ann@localhost' };
  await run(world, 'user.add_role', { ...ann, role: 'prosody:admin' });
  expect(await run(world, 'user.role', ann)).toEqual({ role: 'prosody:member', secondary: ['prosody:admin'] });
  await expect(run(world, 'user.add_role', { ...ann, role: 'prosody:member' })).rejects.toThrow('already');
  await expect(run(world, 'user.add_role', { ...ann, role: 'boss' })).rejects.toThrow('no role "boss"');
  await run(world, 'user.set_role', { ...ann, role: 'prosody:admin' });
  expect(await run(world, 'user.role', ann)).toEqual({ role: 'prosody:admin', secondary: [] });
  await expect(run(world, 'user.remove_role', { ...ann, role: 'prosody:admin' })).rejects.toThrow('no further role');
  const root = { jid: 'root@localhost', role: 'prosody:guest' };
  await expect(run(world, 'user.set_role', root)).rejects.toThrow('option admins');
  await expect(run(world, 'user.set_role', { jid: 'eve@localhost', role: 'prosody:guest' })).rejects.toThrow(
    'does not exist',
  );
});

test('custom roles and permissions of the configuration', async () => {
  const world = await start({
    custom_roles: [{ name: 'helper', inherits: ['prosody:member'], allow: ['operations:user.password'] }],
    add_permissions: { 'prosody:registered': ['operations:server.uptime'] },
    remove_permissions: { 'prosody:operator': ['operations:server.shutdown'] },
    default_user_role: 'prosody:guest',
    default_provisioned_role: 'prosody:registered',
  });
  await make(world, 'ann', 'bob');
  await run(world, 'user.set_role', { jid: 'ann@localhost', role: 'helper' });
  const may = (who: string, operation: string): Promise<boolean> =>
    world.host().operations.mayRun(operation, Jid.parse(who) ?? expect.fail(who));
  expect(await may('ann@localhost', 'user.password')).toBe(true);
  expect(await may('ann@localhost', 'user.delete')).toBe(false);
  expect(await may('bob@localhost', 'server.uptime')).toBe(true);
  expect(await may('carl@localhost', 'server.uptime')).toBe(false);
  expect(await may('root@localhost', 'server.shutdown')).toBe(false);
  expect(await run(world, 'role.show', { role: 'helper' })).toMatchObject({ allow: ['operations:user.password'] });
  await expect(start({ add_permissions: { nobody: ['x'] } })).rejects.toThrow('localhost: there is no role "nobody"');
  await expect(start({ default_user_role: 'x' })).rejects.toThrow('default_user_role: there is no role "x"');
});

test('where all are guests, their role is that of guests', async () => {
  const world = await start({}, [...ROUTING, 'auth_anonymous', 'authz_internal']);
  expect(await roleOf(world, 'someone@localhost')).toBe('prosody:guest');
  expect(await roleOf(world, 'root@localhost')).toBe('prosody:operator');
});

test('a role that is given on one node holds on the others', async () => {
  const cluster = new MemoryCluster({ clock: systemClock, report: (error) => expect.fail(String(error)) });
  const storage = memoryStorage((error) => expect.fail(String(error)));
  for (const name of ['a', 'b']) {
    worlds.push(await World.start({ hosts: [{ modules: MODULES }], cluster: cluster.join(name), storage }));
  }
  const [one, other] = worlds;
  if (one === undefined || other === undefined) throw new Error('two nodes');
  await make(one, 'ann');
  expect(await roleOf(other, 'ann@localhost')).toBe('prosody:member');
  const ann = await other.client('ann@localhost/x');
  await run(one, 'user.set_role', { jid: 'ann@localhost', role: 'prosody:admin' });
  expect(await roleOf(other, 'ann@localhost')).toBe('prosody:admin');
  await expect.poll(() => ann.closed.map((error) => error?.condition)).toEqual(['reset']);
});

test('reload and unload leave nothing behind', async () => {
  const world = await start();
  const { modules, permissions, operations } = world.host();
  await make(world, 'ann');
  const before = [operations.size, permissions.size];
  await modules.reload('authz_internal');
  expect([operations.size, permissions.size]).toEqual(before);
  expect(await roleOf(world, 'ann@localhost')).toBe('prosody:member');
  await modules.unload('authz_internal');
  expect(await roleOf(world, 'ann@localhost')).toBe('prosody:registered');
});
