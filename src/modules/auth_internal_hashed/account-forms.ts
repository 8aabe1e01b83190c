/** What the accounts of a host have in common: which SCRAM mechanisms all of them can use, and what their keys look like. */
import type { Codec, KeyedStore } from '../../storage/stores.ts';
import type { Unit } from '../../storage/unit.ts';
import type { ScramHash } from '../../stream/sasl/scram-keys.ts';
import { HASHES, type Account } from './account-codec.ts';

/** How the keys of most accounts were made. */
export interface KeyForm {
  readonly iterations: number;
  /** Bytes of the salt. */
  readonly salt: number;
}

/** What is stored of it. */
export interface Summary {
  /** Hashes for which some accounts may have no keys, and how many these are. */
  readonly lacking: ReadonlyMap<ScramHash, number>;
  /** May some account have its password in clear? */
  readonly clear: boolean;
  /** The most common form of the keys of each hash. */
  readonly forms: ReadonlyMap<ScramHash, KeyForm>;
}

/** JSON: `{"lacking":{"SHA-256":3},"clear":false,"forms":{"SHA-1":{"iterations","salt"}}}`. */
export const summaryCodec: Codec<Summary> = {
  encode: ({ lacking, clear, forms }) =>
    JSON.stringify({ lacking: Object.fromEntries(lacking), clear, forms: Object.fromEntries(forms) }),
  decode: (text) => {
    const stored: unknown = JSON.parse(text);
    const lacking = new Map<ScramHash, number>();
    const forms = new Map<ScramHash, KeyForm>();
    for (const hash of HASHES) {
      const count = entry(entry(stored, 'lacking'), hash);
      if (typeof count === 'number' && count > 0) lacking.set(hash, count);
      const form = entry(entry(stored, 'forms'), hash);
      const iterations = entry(form, 'iterations');
      const salt = entry(form, 'salt');
      if (typeof iterations === 'number' && typeof salt === 'number') forms.set(hash, { iterations, salt });
    }
    return { lacking, clear: entry(stored, 'clear') === true, forms };
  },
};

function entry(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? new Map<string, unknown>(Object.entries(value)).get(name)
    : undefined;
}

const NOTHING_KNOWN: Summary = { lacking: new Map(), clear: false, forms: new Map() };

/** Keeps the summary of a host: what is missing is noted at once, what is no longer missing is found by a scan. */
export class AccountForms {
  readonly #store: KeyedStore<Summary>;
  readonly #domain: string;
  #summary: Summary;
  /** Noted while a scan runs, which may have been past those accounts already. */
  #noted = NOTHING_KNOWN;

  private constructor(store: KeyedStore<Summary>, domain: string, summary: Summary) {
    this.#store = store;
    this.#domain = domain;
    this.#summary = summary;
  }

  static async load(store: KeyedStore<Summary>, domain: string): Promise<AccountForms> {
    return new AccountForms(store, domain, (await store.get(domain)) ?? NOTHING_KNOWN);
  }

  /** Hashes for which some accounts have no keys, and how many about: a scan counts them exactly. */
  get lacking(): ReadonlyMap<ScramHash, number> {
    return this.#summary.lacking;
  }

  /** May some account have its password in clear? */
  get clear(): boolean {
    return this.#summary.clear;
  }

  /** How the keys of most accounts were made, if that is known. */
  form(hash: ScramHash): KeyForm | undefined {
    return this.#summary.forms.get(hash);
  }

  /** An account is being stored. */
  note(unit: Unit, account: Account): void {
    const one = lackOf(account);
    if (one.lacking.size === 0 && (!one.clear || this.#summary.clear)) return;
    this.#noted = sum(this.#noted, one);
    this.#summary = sum(this.#summary, one);
    this.#store.update(unit, this.#domain, (known) => sum(known ?? NOTHING_KNOWN, one));
  }

  /**
   * Look at all accounts, and store what was found.
   * @param complete is given each account before that, and may return what became of it
   */
  async scan(
    accounts: KeyedStore<Account>,
    unit: Unit,
    complete: (owner: string, account: Account) => Account | Promise<Account>,
  ): Promise<void> {
    this.#noted = NOTHING_KNOWN;
    let found = NOTHING_KNOWN;
    const counts = new Map(HASHES.map((hash) => [hash, new Map<string, number>()]));
    for await (const owner of accounts.owners()) {
      const stored = await accounts.get(owner);
      if (stored === undefined) continue;
      const account = await complete(owner, stored);
      found = sum(found, lackOf(account));
      for (const [hash, { iterations, salt }] of account.keys) {
        const form = `${iterations} ${salt.length}`;
        const forms = counts.get(hash);
        forms?.set(form, (forms.get(form) ?? 0) + 1);
      }
    }
    const forms = new Map<ScramHash, KeyForm>();
    for (const [hash, counted] of counts) {
      const [most] = [...counted].toSorted((a, b) => b[1] - a[1]);
      const [iterations = '', salt = ''] = most?.[0].split(' ') ?? [];
      if (most !== undefined) forms.set(hash, { iterations: Number(iterations), salt: Number(salt) });
    }
    this.#summary = { ...sum(found, this.#noted), forms };
    this.#store.put(unit, this.#domain, this.#summary);
  }
}

/** What one account adds to the summary. */
function lackOf({ keys, password }: Account): Summary {
  // Keys for which there is the password are made when they are needed.
  const missing = password === undefined ? HASHES.filter((hash) => !keys.has(hash)) : [];
  return { lacking: new Map(missing.map((hash) => [hash, 1])), clear: password !== undefined, forms: new Map() };
}

function sum(one: Summary, other: Summary): Summary {
  const lacking = new Map(one.lacking);
  for (const [hash, count] of other.lacking) lacking.set(hash, (lacking.get(hash) ?? 0) + count);
  return { lacking, clear: one.clear || other.clear, forms: one.forms };
}
