import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { ROUTING, World, settled } from '../../../test/support/world.ts';
import { Auth, type AuthProvider } from '../../host/auth.ts';
import type { OperationContext } from '../../host/operations.ts';
import { Jid } from '../../jid/jid.ts';
import { auditPage } from './audit.ts';

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
  expect(await run('user.list', {})).toEqual({ users: ['änn@localhost'], complete: true });
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

test('every change is recorded: who, what, how it went, and no secrets', async () => {
  await run('user.create', { jid: 'ann@localhost', password: 'topsecret' }, 'boss@localhost/desk');
  await expect(run('user.create', { jid: 'ann@localhost', password: 'topsecret' })).rejects.toThrow();
  await expect(run('user.delete', { jid: 'ann@localhost' }, 'ann@localhost')).rejects.toThrow('forbidden');
  await run('user.import', { accounts: [{ jid: 'bob@localhost', password: 'topsecret' }] });
  await run('user.list', {});
  const all = { face: 'call', input: { jid: 'ann@localhost' }, operation: 'user.create' };
  expect(await run('audit.list', {})).toMatchObject({
    entries: [
      { ...all, who: 'boss@localhost/desk', outcome: 'done' },
      { ...all, who: 'operator', outcome: 'failed', error: 'conflict: ann@localhost exists already' },
      { who: 'operator', operation: 'user.import', input: {}, outcome: 'done' },
    ],
    complete: true,
  });
  expect(JSON.stringify(await run('audit.list', {}))).not.toContain('topsecret');
  const ids = async (input: object): Promise<string[]> =>
    auditPage.parse(await run('audit.list', input)).entries.map(({ who, operation }) => `${who} ${operation}`);
  expect(await ids({ who: 'boss@localhost' })).toEqual(['boss@localhost/desk user.create']);
  expect(await ids({ who: 'operator', operation: 'user.import' })).toEqual(['operator user.import']);
  expect(await ids({ text: 'ann@localhost' })).toHaveLength(2);
  expect(await ids({ until: '2020-01-01T00:00:00Z' })).toEqual([]);
  expect(await ids({ since: '2020-01-01T00:00:00Z' })).toHaveLength(3);
  await expect(run('audit.list', { since: 'yesterday' })).rejects.toThrow('"yesterday" is no time');
  const newest = auditPage.parse(await run('audit.list', { max: 1 }));
  expect([newest.entries[0]?.operation, newest.complete]).toEqual(['user.import', false]);
  expect(await ids({ max: 1, before: newest.entries[0]?.id })).toEqual(['operator user.create']);
  await expect(run('audit.list', {}, 'ann@localhost')).rejects.toThrow('forbidden');
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

test('a new password closes the sessions of the account', async () => {
  await run('user.create', { jid: 'ann@localhost', password: 'one' });
  const ann = await world.client('ann@localhost/desk');
  const bob = await world.client('bob@localhost/desk');
  await run('user.password', { jid: 'ann@localhost', password: 'two' });
  expect(await auth().checkPassword('ann', 'two')).toBe(true);
  expect(ann.closed.map((error) => error?.condition)).toEqual(['reset']);
  expect(bob.closed).toEqual([]);
});

test('the state of the server says which mechanisms wait for keys, and of how many accounts', async () => {
  const withheld = async (): Promise<unknown> =>
    z
      .object({ hosts: z.array(z.object({ domain: z.string(), withheld: z.unknown() })) })
      .parse(await run('server.status', {}, 'boss@localhost'))
      .hosts.map(({ domain, withheld: found }) => [domain, found]);
  expect(await withheld()).toEqual([
    ['localhost', []],
    ['other', []],
  ]);
  const keys = { salt: 'c2FsdA==', iterations: 4096, stored_key: Buffer.alloc(20).toString('base64') };
  const scram = { 'SHA-1': { ...keys, server_key: keys.stored_key } };
  await run('user.import', { accounts: ['x', 'y'].map((name) => ({ jid: `${name}@localhost`, scram })) });
  expect(await withheld()).toEqual([
    ['localhost', [{ mechanism: 'SCRAM-SHA-256', accounts: 2 }]],
    ['other', []],
  ]);
});
