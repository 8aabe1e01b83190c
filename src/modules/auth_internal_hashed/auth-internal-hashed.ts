/** Accounts in the server's own store, which keeps SCRAM keys and no passwords (RFC 5802 §3, RFC 7677). */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { Auth, type AuthProvider } from '../../host/auth.ts';
import { defineModule, type ModuleApi } from '../../host/module.ts';
import { prepareOpaqueString } from '../../jid/precis.ts';
import { StanzaError } from '../../stanza/errors.ts';
import type { Unit } from '../../storage/unit.ts';
import { deriveScramKeys, fakeScramKeys, type ScramHash, type ScramKeys } from '../../stream/sasl/scram-keys.ts';
import { HASHES, accountCodec, type Account } from './account-codec.ts';
import { AccountForms, summaryCodec } from './account-forms.ts';
import { KnownPasswords } from './known-passwords.ts';

const SALT_BYTES = 16;
const SECRET_BYTES = 32;
/** Milliseconds after an account was stored. */
const SCAN_DELAY = 2000;
/** Accounts whose last right password is remembered. */
const MAX_REMEMBERED = 10_000;
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

    const forms = await AccountForms.load(m.keyed('auth_summary', summaryCodec), m.domain);
    const passwords = m.carry('passwords', () => new KnownPasswords(MAX_REMEMBERED));

    const fakeKeys = (username: string, hash: ScramHash): ScramKeys =>
      fakeScramKeys(secret, username, hash, forms.form(hash) ?? { iterations, salt: SALT_BYTES });

    async function scramKeys(username: string, hash: ScramHash): Promise<ScramKeys> {
      const account = await accounts.get(userKey(username));
      return account?.keys.get(hash) ?? fakeKeys(username, hash);
    }

    /** Once a password is at hand, the account gets keys for the hashes that it lacks; nobody waits for the write. */
    async function completeKeys(username: string, prepared: string, account: Account): Promise<void> {
      const keys = new Map(account.keys);
      for (const hash of HASHES) {
        if (!keys.has(hash)) keys.set(hash, await deriveScramKeys(prepared, randomBytes(SALT_BYTES), iterations, hash));
      }
      if (keys.size === account.keys.size) return;
      const unit = m.unit();
      accounts.update(unit, userKey(username), (now) => (now && haveSameKeys(now, account) ? { ...now, keys } : now));
      unit.submit();
    }

    let scanning = false;
    async function scan(): Promise<void> {
      scanning = false;
      const unit = m.unit();
      await forms.scan(accounts, unit);
      await unit.submit()?.settled();
    }

    /** Accounts come by the thousand: look at them when that is over. */
    function scanSoon(): void {
      if (scanning) return;
      scanning = true;
      m.after(SCAN_DELAY, scan);
    }

    async function store(unit: Unit, username: string, keys: Account['keys']): Promise<void> {
      const user = userKey(username);
      const known = (await accounts.get(user)) !== undefined;
      accounts.put(unit, user, { keys });
      forms.note(unit, { keys });
      await m.emit(known ? 'user/password-changed' : 'user/created', { user, unit });
    }

    const provider: AuthProvider = {
      get scramHashes() {
        return forms.hashes;
      },
      scramKeys,

      exists: async (username) => (await accounts.get(userKey(username))) !== undefined,

      async *usernames() {
        for await (const owner of accounts.owners()) yield owner.slice(0, owner.lastIndexOf('@'));
      },

      async checkPassword(username, password) {
        const prepared = prepareOpaqueString(password);
        if (prepared === undefined || Buffer.byteLength(prepared) > MAX_PASSWORD) return false;
        const account = await accounts.get(userKey(username));
        const hash = hashToCheck(account, checkedWith);
        const known = account?.keys.get(hash) ?? fakeKeys(username, hash);
        if (account !== undefined && passwords.has(username, prepared, known)) return true;
        const given = await deriveScramKeys(prepared, known.salt, known.iterations, hash); // takes as long for nobody
        if (!timingSafeEqual(given.storedKey, known.storedKey) || account === undefined) return false;
        passwords.add(username, prepared, known);
        await completeKeys(username, prepared, account);
        return true;
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

      setScramKeys: (unit, username, keys) => {
        scanSoon();
        return store(unit, username, keys);
      },

      async delete(unit, username) {
        const user = userKey(username);
        accounts.delete(unit, user);
        await m.emit('user/deleted', { user, unit });
      },
    };
    m.provide(Auth, provider);
    if (forms.hashes.length < HASHES.length) scanSoon();
    m.daily('account-forms', scan);
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

/** Was the password not changed in between? */
function haveSameKeys({ keys: one }: Account, { keys: other }: Account): boolean {
  return one.size === other.size && [...one].every(([hash, { salt }]) => other.get(hash)?.salt.equals(salt) === true);
}

/** The hash to check a password with: the configured one where the account has keys for it. */
function hashToCheck(account: Account | undefined, wanted: ScramHash): ScramHash {
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
