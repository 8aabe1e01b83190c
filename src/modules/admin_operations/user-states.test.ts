import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { ROUTING, World, settled } from '../../../test/support/world.ts';
import { Auth, type AuthProvider } from '../../host/auth.ts';
import type { OperationContext } from '../../host/operations.ts';
import { Jid } from '../../jid/jid.ts';
import { memoryStorage } from '../../storage/memory/memory-storage.ts';
import type { Storage } from '../../storage/stores.ts';

const DAY = 86_400_000_000;
const MODULES = [...ROUTING, 'auth_internal_hashed', 'authz_internal', 'admin_operations', 'offline', 'private'];
let world: World;
let now = 0;

afterEach(() => world.stop());

async function start(options: Record<string, unknown> = {}, storage?: Storage): Promise<void> {
  now = Date.now() * 1000;
  const host = {
    modules: MODULES,
    options: { admins: ['root@localhost'], host_admins: ['boss@localhost'], ...options },
  };
  world = await World.start({ now: () => now, hosts: [host], ...(storage === undefined ? {} : { storage }) });
}

function run(operation: string, input: object, who?: string): Promise<unknown> {
  const context: OperationContext = {
    who: who === undefined ? undefined : Jid.parse(who),
    face: 'call',
    signal: new AbortController().signal,
    progress: () => undefined,
  };
  return world.host().operations.run(operation, input, context);
}

async function make(...names: string[]): Promise<void> {
  for (const name of names) await run('user.create', { jid: `${name}@localhost`, password: 'x' });
}

const auth = (): AuthProvider => world.host().services.find(Auth) ?? expect.fail('no accounts');
const users = async (input: object): Promise<string[]> =>
  z
    .object({ users: z.array(z.string()) })
    .parse(await run('user.list', input))
    .users.map((jid) => jid.slice(0, jid.indexOf('@')));

test('a disabled account loses its sessions and cannot log in until it is enabled; its messages wait', async () => {
  await start();
  await make('ann', 'bob');
  const [ann, bob] = [await world.available('ann@localhost/a'), await world.available('bob@localhost/b')];
  await run('user.disable', { jid: 'ann@localhost', reason: 'spam' });
  expect([ann, bob].map(({ closed }) => closed.map((error) => error?.condition))).toEqual([['not-authorized'], []]);
  await expect(auth().admit?.('ann')).rejects.toMatchObject({ condition: 'account-disabled' });
  await auth().admit?.('bob');
  expect(await auth().checkPassword('ann', 'x')).toBe(true); // a stranger learns nothing
  expect(await run('user.info', { jid: 'ann@localhost' })).toMatchObject({ state: 'disabled', reason: 'spam' });
  bob.send('<message to="ann@localhost" type="chat"><body>later</body></message>');
  await settled();
  expect(bob.take()).toEqual([]);
  const late = await world.client('ann@localhost/late'); // had logged in before
  await settled();
  expect(late.closed).toHaveLength(1);
  await run('user.enable', { jid: 'ann@localhost' });
  await auth().admit?.('ann');
  const again = await world.client('ann@localhost/a');
  again.send('<presence/>');
  await expect.poll(() => again.take().map((it) => it.childText('body'))).toContain('later');
  await expect(run('user.enable', { jid: 'ann@localhost' })).rejects.toThrow('is not disabled');
});

test('until a time, or for a period', async () => {
  await start();
  await make('ann');
  await run('user.disable', { jid: 'ann@localhost', until: '2 days' });
  now += DAY;
  await expect(auth().admit?.('ann')).rejects.toThrow();
  expect(await users({ state: 'disabled' })).toEqual(['ann']);
  now += DAY;
  await auth().admit?.('ann');
  expect(await users({ state: 'disabled' })).toEqual([]);
  await expect(run('user.disable', { jid: 'ann@localhost', until: 'soon' })).rejects.toThrow('neither a time');
  await expect(run('user.disable', { jid: 'ann@localhost', until: '2020-01-01T00:00:00Z' })).rejects.toThrow('is over');
});

test('with a grace period, a deleted account can be restored; then it goes with all it kept', async () => {
  const storage = memoryStorage((error) => expect.fail(String(error)));
  await start({ registration_delete_grace_period: '2 days' }, storage);
  await make('ann', 'bob');
  const ann = await world.client('ann@localhost/a');
  ann.send('<iq id="1" type="set"><query xmlns="jabber:iq:private"><a xmlns="urn:a">kept</a></query></iq>');
  await settled();
  expect(await run('user.delete', { jid: 'ann@localhost' })).toHaveProperty('restorable');
  expect(ann.closed.map((error) => error?.condition)).toEqual(['not-authorized']);
  await expect(auth().admit?.('ann')).rejects.toThrow('was deleted');
  await expect(make('ann')).rejects.toThrow('exists already');
  await expect(run('user.delete', { jid: 'ann@localhost' })).rejects.toThrow('was deleted already');
  await expect(run('user.enable', { jid: 'ann@localhost' })).rejects.toThrow('restore it');
  expect(await users({ state: 'deleted' })).toEqual(['ann']);
  await run('user.restore', { jid: 'ann@localhost' });
  await auth().admit?.('ann');
  await run('user.delete', { jid: 'ann@localhost' });
  await run('user.delete', { jid: 'bob@localhost', now: true });
  expect(await users({})).toEqual(['ann']);
  now += 2 * DAY;
  await world.host().modules.reload('auth_internal_hashed');
  await expect.poll(() => users({}), { timeout: 10_000 }).toEqual([]);
  await make('ann');
  const again = await world.client('ann@localhost/a');
  again.send('<iq id="2" type="get"><query xmlns="jabber:iq:private"><a xmlns="urn:a"/></query></iq>');
  await settled();
  expect(again.take()[0]?.child('query', 'jabber:iq:private')?.childText('a', 'urn:a')).toBe('');
});

test('nobody changes accounts with more rights than the own', async () => {
  await start();
  await make('root', 'ann', 'carl');
  await run('user.set_role', { jid: 'carl@localhost', role: 'prosody:operator' });
  for (const jid of ['root@localhost', 'carl@localhost']) {
    const attempts = [
      run('user.password', { jid, password: 'stolen' }, 'boss@localhost'),
      run('user.disable', { jid }, 'boss@localhost'),
      run('user.delete', { jid }, 'boss@localhost'),
    ];
    for (const attempt of attempts) await expect(attempt).rejects.toThrow('more rights than you');
  }
  const account = { jid: 'eve@localhost', password: 'x', role: 'prosody:operator' };
  await expect(run('user.create', account, 'boss@localhost')).rejects.toThrow('may not give');
  await expect(run('user.set_role', { jid: 'ann@localhost', role: 'x' }, 'boss@localhost')).rejects.toThrow(
    'forbidden',
  );
  await run('user.password', { jid: 'ann@localhost', password: 'new' }, 'boss@localhost');
  expect(await auth().checkPassword('ann', 'new')).toBe(true);
});

test('lists by role and by activity', async () => {
  await start();
  await make('ann', 'bob', 'carl');
  await run('user.set_role', { jid: 'bob@localhost', role: 'prosody:admin' });
  expect(await users({ role: 'prosody:member' })).toEqual(['ann', 'carl']);
  expect(await users({ role: 'prosody:admin' })).toEqual(['bob']);
  await world.available('carl@localhost/c');
  expect(await users({ inactive: '1 day' })).toEqual(['ann', 'bob']);
  expect(await users({ inactive: '1 day', max: 1 })).toEqual(['ann']);
  expect(await users({ inactive: '1 day', after: 'ann@localhost' })).toEqual(['bob']);
  await run('user.disable', { jid: 'bob@localhost' });
  expect(await run('user.count', {})).toEqual({ registered: 3, disabled: 1, online: 1 });
});
