import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { settled, World } from '../../../test/support/world.ts';
import { Auth, type AuthProvider } from '../../host/auth.ts';
import type { Unit } from '../../storage/unit.ts';
import { deriveScramKeys, type ScramHash } from '../../stream/sasl/scram-keys.ts';
import { KnownPasswords } from './known-passwords.ts';

let world: World;

beforeEach(async () => {
  world = await World.start({
    hosts: [{ modules: ['auth_internal_hashed'], options: { default_iteration_count: 4096 } }],
  });
});
afterEach(() => world.stop());

function auth(): AuthProvider {
  const provider = world.host().services.find(Auth);
  if (provider === undefined) throw new Error('no provider');
  return provider;
}

async function write(work: (unit: Unit) => Promise<void>): Promise<void> {
  const unit = world.server.storage.unit();
  await work(unit);
  await unit.submit()?.settled();
}

const setPassword = (name: string, password: string): Promise<void> =>
  write((unit) => auth().setPassword(unit, name, password));

/** An account as it comes from a server that had one hash only. */
async function importAccount(name: string, password: string, hash: ScramHash = 'SHA-1'): Promise<void> {
  const keys = new Map([[hash, await deriveScramKeys(password, randomBytes(12), 4096, hash)]]);
  await write(async (unit) => auth().setScramKeys?.(unit, name, keys));
}

describe('a password sent in PLAIN', () => {
  test('that was right costs no derivation the next time, and one that is wrong always does', async () => {
    await setPassword('alice', 'a');
    const remembered = vi.spyOn(KnownPasswords.prototype, 'has');
    expect(await auth().checkPassword('alice', 'a')).toBe(true);
    expect(await auth().checkPassword('alice', 'a')).toBe(true);
    expect(await auth().checkPassword('alice', 'b')).toBe(false);
    expect(await auth().checkPassword('alice', 'a')).toBe(true);
    expect(remembered.mock.results.map((result) => result.type === 'return' && result.value)).toEqual([
      false,
      true,
      false,
      true,
    ]);
    remembered.mockRestore();
  });

  test('is forgotten once it was changed, even to itself, or the account is gone', async () => {
    await setPassword('alice', 'a');
    await auth().checkPassword('alice', 'a');
    await setPassword('alice', 'new');
    expect(await auth().checkPassword('alice', 'a')).toBe(false);
    expect(await auth().checkPassword('alice', 'new')).toBe(true);
    await write((unit) => auth().delete(unit, 'alice'));
    expect(await auth().checkPassword('alice', 'new')).toBe(false);
    await setPassword('alice', 'new');
    const remembered = vi.spyOn(KnownPasswords.prototype, 'has');
    expect(await auth().checkPassword('alice', 'new')).toBe(true);
    expect(remembered).toHaveLastReturnedWith(false);
    remembered.mockRestore();
  });

  test('is still remembered after a reload', async () => {
    await setPassword('alice', 'a');
    await auth().checkPassword('alice', 'a');
    await world.host().modules.reload('auth_internal_hashed');
    const remembered = vi.spyOn(KnownPasswords.prototype, 'has');
    expect(await auth().checkPassword('alice', 'a')).toBe(true);
    expect(remembered).toHaveLastReturnedWith(true);
    remembered.mockRestore();
  });

  test('gives an account the keys that it lacks, unless it was changed in between', async () => {
    await importAccount('alice', 'a');
    expect(await auth().checkPassword('alice', 'wrong')).toBe(false);
    const before = await auth().scramKeys('alice', 'SHA-256');
    expect(await auth().checkPassword('alice', 'a')).toBe(true);
    await settled();
    const after = await auth().scramKeys('alice', 'SHA-256');
    expect(after.salt.equals(before.salt)).toBe(false);
    const right = await deriveScramKeys('a', after.salt, after.iterations, 'SHA-256');
    expect(right.storedKey.equals(after.storedKey)).toBe(true);
    expect((await auth().scramKeys('alice', 'SHA-1')).salt).toHaveLength(12);

    await importAccount('bob', 'b');
    const login = auth().checkPassword('bob', 'b');
    await importAccount('bob', 'other');
    expect(await login).toBe(true);
    await settled();
    expect(await auth().checkPassword('bob', 'b')).toBe(false);
  });

  test('S36: of 200 logins at once, all are answered', async () => {
    await setPassword('alice', 'a');
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => auth().checkPassword('alice', `${i}`)));
    expect(answers.filter(Boolean)).toEqual([]);
  });
});

describe('accounts from elsewhere', () => {
  const hashes = (): readonly ScramHash[] => auth().scramHashes;
  const reload = (): Promise<void> => world.host().modules.reload('auth_internal_hashed');

  test('without keys for a hash: no mechanism with it is offered until none of them is left', async () => {
    expect(hashes()).toEqual(['SHA-1', 'SHA-256']);
    await importAccount('bob', 'b');
    expect(hashes()).toEqual(['SHA-1']);
    await reload();
    expect(hashes()).toEqual(['SHA-1']);
    await vi.waitFor(async () => expect((await auth().scramKeys('nobody', 'SHA-1')).salt).toHaveLength(12), 5000);
    expect(hashes()).toEqual(['SHA-1']); // bob was looked at
    await auth().checkPassword('bob', 'b');
    await settled();
    await reload();
    await vi.waitFor(() => expect(hashes()).toEqual(['SHA-1', 'SHA-256']), 5000);
    await reload();
    expect(hashes()).toEqual(['SHA-1', 'SHA-256']);
  });

  test('S28: keys of unknown users look like those of most accounts, from one start to the next', async () => {
    await setPassword('alice', 'a');
    for (const name of ['b', 'c', 'd']) {
      const keys = new Map([
        ['SHA-1', await deriveScramKeys('x', randomBytes(36), 5000, 'SHA-1')],
        ['SHA-256', await deriveScramKeys('x', randomBytes(20), 6000, 'SHA-256')],
      ] as const);
      await write(async (unit) => auth().setScramKeys?.(unit, name, keys));
    }
    const form = async (hash: ScramHash): Promise<unknown[]> => {
      const { iterations, salt } = await auth().scramKeys('nobody', hash);
      return [iterations, salt.length];
    };
    expect(await form('SHA-1')).toEqual([4096, 16]);
    await vi.waitFor(async () => expect(await form('SHA-1')).toEqual([5000, 36]), 5000);
    expect(await form('SHA-256')).toEqual([6000, 20]);
    const before = await auth().scramKeys('nobody', 'SHA-1');
    await reload();
    expect(await auth().scramKeys('nobody', 'SHA-1')).toEqual(before);
    expect(hashes()).toEqual(['SHA-1', 'SHA-256']);
  });
});

test('S36: derivations beyond those that may wait are refused, and those that wait go on', async () => {
  const salt = randomBytes(16);
  const all = await Promise.allSettled(Array.from({ length: 600 }, () => deriveScramKeys('a', salt, 1, 'SHA-1')));
  const refused = all.filter((result) => result.status === 'rejected');
  expect(refused).toHaveLength(98); // 2 at work, 500 that wait
  expect(refused[0]?.reason).toMatchObject({ condition: 'temporary-auth-failure' });
});

describe('remembered passwords', () => {
  const keys = { salt: Buffer.from('s'), iterations: 1, storedKey: Buffer.from('k'), serverKey: Buffer.from('v') };

  test('fit the same account, password and keys only', () => {
    const known = new KnownPasswords(10);
    known.add('alice', 'a', keys);
    expect(known.has('alice', 'a', keys)).toBe(true);
    expect(known.has('alice', 'b', keys)).toBe(false);
    expect(known.has('bob', 'a', keys)).toBe(false);
    for (const name of ['salt', 'storedKey', 'serverKey']) {
      expect(known.has('alice', 'a', { ...keys, [name]: Buffer.from('x') })).toBe(false);
    }
    expect(known.has('alice', 'a', { ...keys, salt: Buffer.from('sk'), storedKey: Buffer.alloc(0) })).toBe(false);
  });

  test('are those of the accounts that logged in last', () => {
    const known = new KnownPasswords(2);
    known.add('a', '1', keys);
    known.add('b', '2', keys);
    expect(known.has('a', '1', keys)).toBe(true);
    known.add('c', '3', keys);
    expect([known.has('a', '1', keys), known.has('b', '2', keys), known.has('c', '3', keys)]).toEqual([
      true,
      false,
      true,
    ]);
  });
});
