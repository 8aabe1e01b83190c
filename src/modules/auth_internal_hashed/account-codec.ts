/** How an account is stored. */
import type { Codec } from '../../storage/stores.ts';
import type { ScramHash, ScramKeys } from '../../stream/sasl/scram-keys.ts';

/** An account: what is needed to check its logins. */
export interface Account {
  /** Keys by hash, from which the password cannot be had back; a new password gets all of them. */
  readonly keys: ReadonlyMap<ScramHash, ScramKeys>;
  /** The password in clear, where `auth_internal_plain` keeps it or the account comes from a server that did. */
  readonly password?: string | undefined;
}

/** Hashes an account can have keys for. */
export const HASHES: readonly ScramHash[] = ['SHA-1', 'SHA-256'];

/** JSON: `{"scram":{"SHA-1":{"salt","iterations","stored_key","server_key"}},"password"}`, binary values in base64. */
export const accountCodec: Codec<Account> = {
  encode: ({ keys, password }) => {
    const scram: Record<string, unknown> = {};
    for (const [hash, { salt, iterations, storedKey, serverKey }] of keys) {
      scram[hash] = {
        salt: salt.toString('base64'),
        iterations,
        stored_key: storedKey.toString('base64'),
        server_key: serverKey.toString('base64'),
      };
    }
    return JSON.stringify({ scram, password });
  },

  decode: (text) => {
    const keys = new Map<ScramHash, ScramKeys>();
    const stored: unknown = JSON.parse(text);
    const scram = field(stored, 'scram');
    for (const hash of HASHES) {
      const record = scram === undefined ? undefined : field(scram, hash);
      if (record === undefined) continue;
      const iterations = field(record, 'iterations');
      if (typeof iterations !== 'number') throw new Error('account without iteration count');
      keys.set(hash, {
        salt: bytes(record, 'salt'),
        iterations,
        storedKey: bytes(record, 'stored_key'),
        serverKey: bytes(record, 'server_key'),
      });
    }
    const password = field(stored, 'password');
    return typeof password === 'string' ? { keys, password } : { keys };
  },
};

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) throw new Error(`no object where ${name} should be`);
  return new Map<string, unknown>(Object.entries(value)).get(name);
}

function bytes(record: unknown, name: string): Buffer {
  const value = field(record, name);
  if (typeof value !== 'string') throw new Error(`account without ${name}`);
  return Buffer.from(value, 'base64');
}
