/** How an account is stored. */
import type { Codec } from '../../storage/stores.ts';
import type { ScramHash, ScramKeys } from '../../stream/sasl/scram-keys.ts';

/** An account: what is needed to check its logins, nothing from which the password could be had back. */
export interface Account {
  /** Keys by hash; a new password gets all of them. */
  readonly keys: ReadonlyMap<ScramHash, ScramKeys>;
}

/** Hashes an account can have keys for. */
export const HASHES: readonly ScramHash[] = ['SHA-1', 'SHA-256'];

/** JSON: `{"scram":{"SHA-1":{"salt","iterations","stored_key","server_key"}}}`, binary values in base64. */
export const accountCodec: Codec<Account> = {
  encode: ({ keys }) => {
    const scram: Record<string, unknown> = {};
    for (const [hash, { salt, iterations, storedKey, serverKey }] of keys) {
      scram[hash] = {
        salt: salt.toString('base64'),
        iterations,
        stored_key: storedKey.toString('base64'),
        server_key: serverKey.toString('base64'),
      };
    }
    return JSON.stringify({ scram });
  },

  decode: (text) => {
    const keys = new Map<ScramHash, ScramKeys>();
    const scram = field(JSON.parse(text), 'scram');
    for (const hash of HASHES) {
      const record = field(scram, hash);
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
    return { keys };
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
