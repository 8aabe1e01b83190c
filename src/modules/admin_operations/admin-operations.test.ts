import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROUTING, World, settled } from '../../../test/support/world.ts';
import { Auth, type AuthProvider } from '../../host/auth.ts';
import type { OperationContext } from '../../host/operations.ts';
import { Jid } from '../../jid/jid.ts';

let world: World;

beforeEach(async () => {
  const modules = [...ROUTING, 'auth_internal_hashed', 'admin_operations', 'private'];
  world = await World.start({
    hosts: [
      { modules, options: { admins: ['boss@localhost'] } },
      { domain: 'other', modules },
    ],
  });
});

afterEach(() => world.stop());

function run(operation: string, input: unknown, who?: string): Promise<unknown> {
  const context: OperationContext = {
    who: who === undefined ? undefined : Jid.parse(who),
    face: 'call',
    signal: new AbortController().signal,
    progress: () => undefined,
  };
  return world.host().operations.run(operation, input, context);
}

function auth(): AuthProvider {
  const found = world.host().services.find(Auth);
  if (found === undefined) throw new Error('no accounts');
  return found;
}

test('accounts are made once, for this host, under their canonical name', async () => {
  await run('user.create', { jid: 'ÄNN@LOCALHOST', password: 'one' });
  expect(await auth().checkPassword('änn', 'one')).toBe(true);
  await expect(run('user.create', { jid: 'änn@localhost', password: 'two' })).rejects.toThrow('exists already');
  await expect(run('user.create', { jid: 'ann@other', password: 'x' })).rejects.toThrow(
    '"ann@other" is not of localhost',
  );
  for (const jid of ['ann@localhost/x', 'localhost', 'a b@localhost', '']) {
    await expect(run('user.create', { jid, password: 'x' })).rejects.toThrow('is no account');
  }
  expect(await run('user.list', {})).toEqual({ users: ['änn@localhost'] });
});

test('two who make one account at a time: one of them is refused', async () => {
  const make = (password: string): Promise<unknown> => run('user.create', { jid: 'ann@localhost', password });
  const outcomes = await Promise.allSettled([make('one'), make('two')]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(await auth().checkPassword('ann', 'one')).toBe(true);
});

test('an account that is deleted loses its sessions and what it kept; nobody else does', async () => {
  for (const name of ['ann', 'bob']) await run('user.create', { jid: `${name}@localhost`, password: 'x' });
  const [ann, bob] = [await world.client('ann@localhost/a'), await world.client('bob@localhost/b')];
  for (const client of [ann, bob]) {
    client.send('<iq id="1" type="set"><query xmlns="jabber:iq:private"><a xmlns="urn:a">kept</a></query></iq>');
  }
  await settled();
  await run('user.delete', { jid: 'ann@localhost' });
  expect(ann.closed.map((error) => error?.condition)).toEqual(['not-authorized']);
  expect(bob.closed).toEqual([]);
  await run('user.create', { jid: 'ann@localhost', password: 'x' });
  const again = await world.client('ann@localhost/a');
  again.take();
  again.send('<iq id="2" type="get"><query xmlns="jabber:iq:private"><a xmlns="urn:a"/></query></iq>');
  await settled();
  expect(
    JSON.stringify(again.take().map((answer) => answer.child('query', 'jabber:iq:private')?.childText('a', 'urn:a'))),
  ).toBe('[""]');
});

test('only administrators may, and only operators see the server', async () => {
  const input = { jid: 'ann@localhost', password: 'x' };
  await expect(run('user.create', input, 'ann@localhost')).rejects.toThrow('forbidden');
  await expect(run('user.import', { accounts: [] }, 'ann@other')).rejects.toThrow('forbidden');
  await expect(run('server.status', {}, 'ann@localhost')).rejects.toThrow('forbidden');
  await run('user.create', input, 'boss@localhost');
  expect(await run('server.status', {}, 'boss@localhost')).toMatchObject({
    hosts: [{ domain: 'localhost' }, { domain: 'other' }],
  });
});

test('passwords are in no log', async () => {
  await run('user.create', { jid: 'ann@localhost', password: 'topsecret' });
  await expect(run('user.create', { jid: 'ann@localhost', password: 'topsecret' })).rejects.toThrow();
  await run('user.import', { accounts: [{ jid: 'bob@localhost', password: 'topsecret' }, { password: 'topsecret' }] });
  expect(world.log.lines.length).toBeGreaterThan(0);
  expect(JSON.stringify(world.log.lines)).not.toContain('topsecret');
});

test('at most 1000 accounts in one import', async () => {
  const accounts = Array.from({ length: 1001 }, (_, index) => ({ jid: `u${index}@localhost`, password: 'x' }));
  await expect(run('user.import', { accounts })).rejects.toThrow('accounts: Too big');
});

test('reload and unload leave nothing behind', async () => {
  const { modules, operations } = world.host();
  const loaded = operations.size;
  await modules.reload('admin_operations');
  expect(operations.size).toBe(loaded);
  await modules.unload('admin_operations');
  expect(operations.size).toBe(0);
});
