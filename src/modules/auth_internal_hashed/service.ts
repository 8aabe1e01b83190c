/** Accounts in the server's own store: what `auth_internal_hashed` and `auth_internal_plain` have in common. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { AuthProvider } from '../../host/auth.ts';
import type { ModuleApi } from '../../host/module.ts';
import { prepareOpaqueString } from '../../jid/precis.ts';
import { StanzaError } from '../../stanza/errors.ts';
import type { Unit } from '../../storage/unit.ts';
import { SaslFailure } from '../../stanza/sasl-failure.ts';
import { deriveScramKeys, fakeScramKeys, type ScramHash, type ScramKeys } from '../../stream/sasl/scram-keys.ts';
import { HASHES, accountCodec, type Account } from './account-codec.ts';
import { AccountForms, summaryCodec } from './account-forms.ts';
import { KnownPasswords } from './known-passwords.ts';
import { accountSuspensions } from './suspensions.ts';

const SALT_BYTES = 16;
const SECRET_BYTES = 32;
/** Milliseconds after an account was stored. */
const SCAN_DELAY = 2000;
/** Accounts whose last right password is remembered. */
const MAX_REMEMBERED = 10_000;
/** Longest password in bytes, prepared. */
const MAX_PASSWORD = 1023;

/** How accounts are kept. */
export interface AccountPolicy {
  /** Hash that passwords sent in PLAIN are checked with. */
  readonly checkedWith: ScramHash;
  /** PBKDF2 iterations for new keys. */
  readonly iterations: number;
  /** Keep passwords in clear beside the keys; where that is off, those that there are go once the keys are complete. */
  readonly clear: boolean;
}

/** A provider on the host's stores `accounts`, `auth_summary` and `auth_secret`. */
export async function internalAccounts(m: ModuleApi, policy: AccountPolicy): Promise<AuthProvider> {
  const accounts = m.keyed('accounts', accountCodec);
  const secret = await hostSecret(m);
  const { checkedWith, iterations, clear } = policy;
  const userKey = (username: string): string => `${username}@${m.domain}`;

  const forms = await AccountForms.load(m.keyed('auth_summary', summaryCodec), m.domain);
  const passwords = m.carry('passwords', () => new KnownPasswords(MAX_REMEMBERED));

  const fakeKeys = (username: string, hash: ScramHash): ScramKeys =>
    fakeScramKeys(secret, username, hash, forms.form(hash) ?? { iterations, salt: SALT_BYTES });

  /** What an account looks like. */
  const sample = accountCodec.encode({ keys: new Map(HASHES.map((hash) => [hash, fakeKeys('', hash)])) });

  /** The account that a new password makes. @throws StanzaError `not-acceptable` */
  async function newAccount(password: string): Promise<Account> {
    const prepared = prepare(password);
    if (prepared === undefined) {
      throw new StanzaError('not-acceptable', 'The password is empty, too long or has characters that are not allowed');
    }
    const keys = await completeKeys(prepared, new Map());
    return clear ? { keys, password: prepared } : { keys };
  }

  async function completeKeys(prepared: string, known: Account['keys']): Promise<Account['keys']> {
    const missing = HASHES.filter((hash) => !known.has(hash));
    const derived = await Promise.all(
      missing.map((hash) => deriveScramKeys(prepared, randomBytes(SALT_BYTES), iterations, hash)),
    );
    return new Map([...known, ...derived.map((keys, at) => [missing[at] ?? checkedWith, keys] as const)]);
  }

  /** Once a password is at hand, the account gets what it should have; nobody waits for the write. */
  async function complete(user: string, prepared: string, account: Account): Promise<Account> {
    if (HASHES.every((hash) => account.keys.has(hash)) && (account.password !== undefined) === clear) return account;
    const keys = await completeKeys(prepared, account.keys);
    const completed: Account = clear ? { keys, password: prepared } : { keys };
    const unit = m.unit();
    accounts.update(unit, user, (now) => (now !== undefined && isSame(now, account) ? completed : now));
    forms.note(unit, completed);
    unit.submit();
    return completed;
  }

  /** With a password in clear an account has all keys, which are made now if they are missing. */
  function withKeys(user: string, account: Account): Account | Promise<Account> {
    const prepared = account.password === undefined ? undefined : prepare(account.password);
    return prepared === undefined ? account : complete(user, prepared, account);
  }

  async function find(username: string): Promise<Account | undefined> {
    const user = userKey(username);
    const account = await accounts.get(user);
    if (account !== undefined) return withKeys(user, account);
    accountCodec.decode(sample); // as long as if there were one
    return undefined;
  }

  let scanning = false;
  async function scan(): Promise<void> {
    scanning = false;
    const unit = m.unit();
    await forms.scan(accounts, unit, withKeys);
    await unit.submit()?.settled();
  }

  /** Accounts come by the thousand: look at them when that is over. */
  function scanSoon(): void {
    if (scanning) return;
    scanning = true;
    m.after(SCAN_DELAY, scan);
  }

  async function store(unit: Unit, username: string, account: Account): Promise<void> {
    const user = userKey(username);
    const known = (await accounts.get(user)) !== undefined;
    accounts.put(unit, user, account);
    forms.note(unit, account);
    await m.emit(known ? 'user/password-changed' : 'user/created', { user, unit });
  }

  if (forms.lacking.size > 0 || (forms.clear && !clear)) scanSoon();
  m.daily('account-forms', scan);

  const suspensions = accountSuspensions(m, (unit, username) => provider.delete(unit, username));

  const provider: AuthProvider = {
    suspensions,
    async admit(username) {
      const suspension = await suspensions.of(username);
      if (suspension === undefined) return;
      const what = suspension.purge === undefined ? 'disabled' : 'deleted';
      throw new SaslFailure('account-disabled', `The account was ${what}`);
    },
    get scramHashes() {
      return HASHES.filter((hash) => !forms.lacking.has(hash));
    },
    get lacking() {
      return forms.lacking;
    },

    async scramKeys(username, hash) {
      const fake = fakeKeys(username, hash); // made in any case: that takes time too
      return (await find(username))?.keys.get(hash) ?? fake;
    },

    exists: async (username) => (await accounts.get(userKey(username))) !== undefined,

    async *usernames() {
      for await (const owner of accounts.owners()) yield owner.slice(0, owner.lastIndexOf('@'));
    },

    async checkPassword(username, password) {
      const prepared = prepare(password);
      if (prepared === undefined) return false;
      const account = await find(username);
      const hash = hashToCheck(account, checkedWith);
      const fake = fakeKeys(username, hash);
      const known = account?.keys.get(hash) ?? fake;
      if (account !== undefined && passwords.has(username, prepared, known)) return true;
      const given = await deriveScramKeys(prepared, known.salt, known.iterations, hash); // takes as long for nobody
      if (!timingSafeEqual(given.storedKey, known.storedKey) || account === undefined) return false;
      passwords.add(username, prepared, known);
      await complete(userKey(username), prepared, account);
      return true;
    },

    async create(unit, username, password) {
      const account = await newAccount(password);
      const user = userKey(username);
      accounts.update(unit, user, (known) => {
        if (known !== undefined) throw new StanzaError('conflict', 'There is such an account already');
        return account;
      });
      forms.note(unit, account);
      await m.emit('user/created', { user, unit });
    },

    async setPassword(unit, username, password) {
      await store(unit, username, await newAccount(password));
    },

    setScramKeys: (unit, username, keys) => {
      scanSoon();
      return store(unit, username, { keys });
    },

    async delete(unit, username) {
      const user = userKey(username);
      accounts.delete(unit, user);
      suspensions.lift(unit, username);
      await m.emit('user/deleted', { user, unit });
    },
  };
  return provider;
}

/** RFC 8265 §4.2; `undefined` for a password that cannot be used. */
function prepare(password: string): string | undefined {
  const prepared = prepareOpaqueString(password);
  return prepared === undefined || Buffer.byteLength(prepared) > MAX_PASSWORD ? undefined : prepared;
}

/** Was the password not changed in between? */
function isSame(one: Account, other: Account): boolean {
  return (
    one.password === other.password &&
    one.keys.size === other.keys.size &&
    [...one.keys].every(([hash, { salt }]) => other.keys.get(hash)?.salt.equals(salt) === true)
  );
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
