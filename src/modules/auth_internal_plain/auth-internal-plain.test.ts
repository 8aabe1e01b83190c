import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { settled, World } from '../../../test/support/world.ts';
import { Auth, type AuthProvider } from '../../host/auth.ts';
import type { Unit } from '../../storage/unit.ts';
import { memoryStorage } from '../../storage/memory/memory-storage.ts';
import type { Storage } from '../../storage/stores.ts';
import { deriveScramKeys, type ScramHash } from '../../stream/sasl/scram-keys.ts';

const PLAIN = 'auth_internal_plain';
const HASHED = 'auth_internal_hashed';
const text = { encode: (value: string) => value, decode: (value: string) => value };

let storage: Storage;
let world: World;
beforeEach(async () => {
  storage = memoryStorage(() => undefined);
  vi.spyOn(storage, 'close').mockResolvedValue(); // it goes on with the next world
  await start(PLAIN);
});
afterEach(() => world.stop());

async function start(module: string): Promise<void> {
  world = await World.start({ hosts: [{ modules: [module] }], storage });
}

/** The host's provider. */
function provided(): AuthProvider {
  const provider = world.host().services.find(Auth);
  if (provider === undefined) throw new Error('no provider');
  return provider;
}

/** The host starts anew with that provider. */
async function change(module: string): Promise<AuthProvider> {
  await world.stop();
  await start(module);
  return provided();
}

async function write(work: (unit: Unit) => Promise<void>): Promise<void> {
  const unit = storage.unit();
  await work(unit);
  await unit.submit()?.settled();
}

async function stored(name: string): Promise<unknown> {
  const found = await storage.keyed('localhost', 'accounts', text).get(`${name}@localhost`);
  return found === undefined ? undefined : JSON.parse(found);
}

async function fits(auth: AuthProvider, name: string, password: string, hash: ScramHash): Promise<boolean> {
  const { salt, iterations, storedKey } = await auth.scramKeys(name, hash);
  return (await deriveScramKeys(password, salt, iterations, hash)).storedKey.equals(storedKey);
}

test('keeps passwords in clear, and says so; PLAIN and SCRAM work with them', async () => {
  const auth = provided();
  expect(world.log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
    expect.stringContaining('in clear'),
  ]);
  await write((unit) => auth.create(unit, 'alice', 'wonder land'));
  expect(await stored('alice')).toMatchObject({ password: 'wonder land' });
  expect(await auth.checkPassword('alice', 'wonder land')).toBe(true);
  expect(await auth.checkPassword('alice', 'other')).toBe(false);
  expect(await auth.checkPassword('nobody', 'wonder land')).toBe(false);
  for (const hash of ['SHA-1', 'SHA-256'] as const) {
    expect(await fits(auth, 'alice', 'wonder land', hash)).toBe(true);
    expect(await fits(auth, 'nobody', 'wonder land', hash)).toBe(false);
  }
  await write((unit) => auth.setPassword(unit, 'alice', 'new'));
  expect(await stored('alice')).toMatchObject({ password: 'new' });
  expect(await auth.checkPassword('alice', 'wonder land')).toBe(false);
});

test('an account with nothing but a password has all mechanisms, and changes with the provider', async () => {
  const unit = storage.unit();
  storage.keyed('localhost', 'accounts', text).put(unit, 'bob@localhost', '{"password":"b"}');
  await unit.submit()?.settled();
  let auth = provided();
  expect(auth.scramHashes).toEqual(['SHA-1', 'SHA-256']);
  expect(await fits(auth, 'bob', 'b', 'SHA-256')).toBe(true);
  await settled();
  expect(await stored('bob')).toMatchObject({ password: 'b', scram: { 'SHA-1': {}, 'SHA-256': {} } });

  // Hashed: the password goes, without anybody logging in, and the keys stay.
  auth = await change(HASHED);
  await vi.waitFor(async () => expect(await stored('bob')).not.toHaveProperty('password'), 5000);
  expect(await fits(auth, 'bob', 'b', 'SHA-256')).toBe(true);
  expect(await auth.checkPassword('bob', 'b')).toBe(true);

  // And back: it is there again once it was used.
  auth = await change(PLAIN);
  expect(await auth.checkPassword('bob', 'wrong')).toBe(false);
  expect(await stored('bob')).not.toHaveProperty('password');
  expect(await auth.checkPassword('bob', 'b')).toBe(true);
  await settled();
  expect(await stored('bob')).toMatchObject({ password: 'b' });
});

test('loads, reloads and unloads without a trace', async () => {
  await world.host().modules.reload(PLAIN);
  await world.host().modules.unload(PLAIN);
  expect(world.host().services.find(Auth)).toBeUndefined();
});
