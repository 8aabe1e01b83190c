import { afterEach, expect, test, vi } from 'vitest';
import { settled, World } from '../../../test/support/world.ts';
import { Auth, type AuthProvider } from '../../host/auth.ts';
import { Jid } from '../../jid/jid.ts';
import { memoryStorage } from '../../storage/memory/memory-storage.ts';

const MODULES = ['auth_anonymous', 'message', 'iq', 'presence', 'roster', 'private', 'vcard', 'lastactivity'];

let world: World;
afterEach(() => world.stop());

function auth(): AuthProvider {
  const provider = world.host().services.find(Auth);
  if (provider === undefined) throw new Error('no provider');
  return provider;
}

const text = { encode: (value: string) => value, decode: (value: string) => value };

/** Whose data is in those stores of the host. */
async function owners(...stores: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const store of stores) {
    for await (const owner of world.server.storage.keyed('localhost', store, text).owners()) found.push(owner);
  }
  return found;
}

async function usernames(): Promise<string[]> {
  return Array.fromAsync(auth().usernames());
}

test('an account is there as long as its session, and nothing of it after that', async () => {
  world = await World.start({ hosts: [{ modules: MODULES }] });
  const guest = await world.client('guest@localhost/r');
  const other = await world.client('other@localhost/r');
  expect(await auth().exists('guest')).toBe(true);
  expect((await usernames()).toSorted()).toEqual(['guest', 'other']);
  expect(await world.host().permissions.rightsOf(guest.session.jid)).toMatchObject({ name: 'prosody:guest' });

  guest.send('<presence/>');
  guest.send('<iq type="set" id="1"><vCard xmlns="vcard-temp"><FN>G</FN></vCard></iq>');
  guest.send('<iq type="set" id="2"><query xmlns="jabber:iq:roster"><item jid="x@localhost"/></query></iq>');
  guest.send('<message to="other@localhost/r" type="chat" id="3"><body>hello</body></message>');
  await vi.waitFor(() => expect(other.received.some(({ name }) => name === 'message')).toBe(true));
  await settled();
  expect(await owners('vcard')).toEqual(['guest@localhost']);
  const deleted: string[] = [];
  world.host().hooks['user/deleted'].add('test', 'observe', ({ user }) => void deleted.push(user));

  guest.end();
  await vi.waitFor(async () => expect(await owners('auth_anonymous')).toEqual(['other@localhost']));
  expect(deleted).toEqual(['guest@localhost']);
  expect(await auth().exists('guest')).toBe(false);
  expect(await usernames()).toEqual(['other']);
  expect(await owners('vcard', 'last_activity', 'lastactivity')).toEqual([]);

  // What comes for it now finds nobody, and is not kept.
  other.send('<message to="guest@localhost" type="chat" id="4"><body>still there?</body></message>');
  await vi.waitFor(() => expect(other.received.at(-1)?.type).toBe('error'));
});

test('what a server that was killed left of its guests goes at the next start', async () => {
  const storage = memoryStorage(() => undefined);
  const unit = storage.unit();
  storage.keyed('localhost', 'auth_anonymous', text).put(unit, 'gone@localhost', '');
  storage.keyed('localhost', 'vcard', text).put(unit, 'gone@localhost', '<vCard xmlns="vcard-temp"/>');
  await unit.submit()?.settled();
  world = await World.start({ hosts: [{ modules: MODULES }], storage });
  const here = await world.client('here@localhost/r');
  await vi.waitFor(async () => expect(await owners('vcard')).toEqual([]), 5000);
  expect(await owners('auth_anonymous')).toEqual(['here@localhost']);
  here.end();
});

test('there are no accounts to make, and no passwords', async () => {
  world = await World.start({ hosts: [{ modules: MODULES }] });
  const unit = world.server.storage.unit();
  await expect(auth().create(unit, 'a', 'b')).rejects.toMatchObject({ condition: 'not-allowed' });
  await expect(auth().setPassword(unit, 'a', 'b')).rejects.toMatchObject({ condition: 'not-allowed' });
  await expect(auth().delete(unit, 'a')).rejects.toMatchObject({ condition: 'not-allowed' });
  await expect(auth().checkPassword('a', 'b')).rejects.toMatchObject({ condition: 'invalid-mechanism' });
  await expect(auth().scramKeys('a', 'SHA-1')).rejects.toMatchObject({ condition: 'invalid-mechanism' });
});

test('loads, reloads and unloads without a trace', async () => {
  world = await World.start({ hosts: [{ modules: MODULES }] });
  const { modules, permissions } = world.host();
  const someone = Jid.parse('someone@localhost');
  if (someone === undefined) throw new Error('no JID');
  const before = world.host().hooks['stanza/outgoing'].size;
  await modules.reload('auth_anonymous');
  expect(world.host().hooks['stanza/outgoing'].size).toBe(before);
  expect(await permissions.rightsOf(someone)).toMatchObject({ name: 'prosody:guest' });
  await modules.unload('auth_anonymous');
  expect(world.host().services.find(Auth)).toBeUndefined();
  expect(await permissions.rightsOf(someone)).toMatchObject({ name: 'prosody:registered' });
});
