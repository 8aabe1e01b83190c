/** Accounts in the server's own store, which keeps SCRAM keys and no passwords (RFC 5802 §3, RFC 7677). */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { Auth, type AuthProvider } from '../../host/auth.ts';
import { defineModule, type ModuleApi } from '../../host/module.ts';
import { prepareOpaqueString } from '../../jid/precis.ts';
import { StanzaError } from '../../stanza/errors.ts';
import type { KeyedStore } from '../../storage/stores.ts';
import type { Unit } from '../../storage/unit.ts';
import { deriveScramKeys, fakeScramKeys, type ScramHash, type ScramKeys } from '../../stream/sasl/scram-keys.ts';
import { HASHES, accountCodec, type Account } from './account-codec.ts';

const SALT_BYTES = 16;
const SECRET_BYTES = 32;
/** Longest password in bytes, prepared. */
const MAX_PASSWORD = 1023;

export default defineModule({
  name: 'auth_internal_hashed',
  summary: 'Accounts in the server’s own store, without their passwords',
  xeps: [],
  scope: 'host',
  provides: [Auth],
  options: z.object({
    password_hash: z
      .enum(['SHA-1', 'SHA-256'])
      .default('SHA-1')
      .describe('Hash that passwords sent in PLAIN are checked with'),
    default_iteration_count: z
      .int()
      .min(4096)
      .default(10_000)
      .describe('PBKDF2 iterations for new passwords; existing ones keep theirs'),
  }),

  async setup(m) {
    const accounts = m.keyed('accounts', accountCodec);
    const secret = await hostSecret(m);
    const { password_hash: checkedWith, default_iteration_count: iterations } = m.options;
    const userKey = (username: string): string => `${username}@${m.domain}`;

    async function scramKeys(username: string, hash: ScramHash): Promise<ScramKeys> {
      const account = await accounts.get(userKey(username));
      return account?.keys.get(hash) ?? fakeScramKeys(secret, username, hash, iterations, SALT_BYTES);
    }

    async function store(unit: Unit, username: string, keys: Account['keys']): Promise<void> {
      const user = userKey(username);
      const known = (await accounts.get(user)) !== undefined;
      accounts.put(unit, user, { keys });
      await m.emit(known ? 'user/password-changed' : 'user/created', { user, unit });
    }

    const provider: AuthProvider = {
      scramHashes: HASHES,
      scramKeys,

      exists: async (username) => (await accounts.get(userKey(username))) !== undefined,

      async *usernames() {
        for await (const owner of accounts.owners()) yield owner.slice(0, owner.lastIndexOf('@'));
      },

      async checkPassword(username, password) {
        const prepared = prepareOpaqueString(password);
        if (prepared === undefined || Buffer.byteLength(prepared) > MAX_PASSWORD) return false;
        const hash = await hashToCheck(accounts, userKey(username), checkedWith);
        const known = await scramKeys(username, hash); // of an unknown user too: the answer takes as long
        const given = await deriveScramKeys(prepared, known.salt, known.iterations, hash);
        return timingSafeEqual(given.storedKey, known.storedKey);
      },

      async create(unit, username, password) {
        const keys = await newKeys(password, iterations);
        const user = userKey(username);
        accounts.update(unit, user, (known) => {
          if (known !== undefined) throw new StanzaError('conflict', 'There is such an account already');
          return { keys };
        });
        await m.emit('user/created', { user, unit });
      },

      async setPassword(unit, username, password) {
        await store(unit, username, await newKeys(password, iterations));
      },

      setScramKeys: store,

      async delete(unit, username) {
        const user = userKey(username);
        accounts.delete(unit, user);
        await m.emit('user/deleted', { user, unit });
      },
    };
    m.provide(Auth, provider);
  },
});

/** Keys of all hashes for a new password. @throws StanzaError `not-acceptable` */
async function newKeys(password: string, iterations: number): Promise<Account['keys']> {
  const prepared = prepareOpaqueString(password);
  if (prepared === undefined || Buffer.byteLength(prepared) > MAX_PASSWORD) {
    throw new StanzaError('not-acceptable', 'The password is empty, too long, or has characters that are not allowed');
  }
  const keys = new Map<ScramHash, ScramKeys>();
  for (const hash of HASHES) {
    keys.set(hash, await deriveScramKeys(prepared, randomBytes(SALT_BYTES), iterations, hash));
  }
  return keys;
}

/** The hash to check a password with: the configured one where the account has keys for it. */
async function hashToCheck(accounts: KeyedStore<Account>, user: string, wanted: ScramHash): Promise<ScramHash> {
  const account = await accounts.get(user);
  if (account === undefined || account.keys.has(wanted)) return wanted;
  return HASHES.find((hash) => account.keys.has(hash)) ?? wanted;
}

/** What fake keys are made from: the same for all nodes and after a restart. */
async function hostSecret(m: ModuleApi): Promise<Buffer> {
  const secrets = m.keyed('auth_secret', { encode: (text: string) => text, decode: (text) => text });
  const fresh = randomBytes(SECRET_BYTES).toString('base64');
  const unit = m.unit();
  secrets.update(unit, m.domain, (known) => known ?? fresh);
  await unit.submit()?.settled();
  return Buffer.from((await secrets.get(m.domain)) ?? fresh, 'base64');
}
