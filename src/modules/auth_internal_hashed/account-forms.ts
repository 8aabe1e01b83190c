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
  /** Hashes for which some account may have no keys. */
  readonly lacking: readonly ScramHash[];
  /** The most common form of the keys of each hash. */
  readonly forms: ReadonlyMap<ScramHash, KeyForm>;
}

/** JSON: `{"lacking":["SHA-256"],"forms":{"SHA-1":{"iterations","salt"}}}`. */
export const summaryCodec: Codec<Summary> = {
  encode: ({ lacking, forms }) => JSON.stringify({ lacking, forms: Object.fromEntries(forms) }),
  decode: (text) => {
    const stored: unknown = JSON.parse(text);
    const names = entry(stored, 'lacking');
    const forms = new Map<ScramHash, KeyForm>();
    for (const hash of HASHES) {
      const form = entry(entry(stored, 'forms'), hash);
      const iterations = entry(form, 'iterations');
      const salt = entry(form, 'salt');
      if (typeof iterations === 'number' && typeof salt === 'number') forms.set(hash, { iterations, salt });
    }
    return { lacking: HASHES.filter((hash) => Array.isArray(names) && names.includes(hash)), forms };
  },
};

function entry(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? new Map<string, unknown>(Object.entries(value)).get(name)
    : undefined;
}

/** Keeps the summary of a host: what is missing is noted at once, what is no longer missing is found by a scan. */
export class AccountForms {
  readonly #store: KeyedStore<Summary>;
  readonly #domain: string;
  #summary: Summary;
  /** Noted while a scan runs, which may have been past that account already. */
  #noted = new Set<ScramHash>();

  private constructor(store: KeyedStore<Summary>, domain: string, summary: Summary) {
    this.#store = store;
    this.#domain = domain;
    this.#summary = summary;
  }

  static async load(store: KeyedStore<Summary>, domain: string): Promise<AccountForms> {
    return new AccountForms(store, domain, (await store.get(domain)) ?? { lacking: [], forms: new Map() });
  }

  /** Hashes for which every account has keys. */
  get hashes(): readonly ScramHash[] {
    return HASHES.filter((hash) => !this.#summary.lacking.includes(hash));
  }

  /** How the keys of most accounts were made, if that is known. */
  form(hash: ScramHash): KeyForm | undefined {
    return this.#summary.forms.get(hash);
  }

  /** An account is being stored. */
  note(unit: Unit, { keys }: Account): void {
    const missing = HASHES.filter((hash) => !keys.has(hash));
    if (missing.length === 0) return;
    for (const hash of missing) this.#noted.add(hash);
    this.#summary = { ...this.#summary, lacking: merge(this.#summary.lacking, missing) };
    this.#store.update(unit, this.#domain, (known) => ({
      lacking: merge(known?.lacking ?? [], missing),
      forms: known?.forms ?? new Map(),
    }));
  }

  /** Look at all accounts, and store what was found. */
  async scan(accounts: KeyedStore<Account>, unit: Unit): Promise<void> {
    this.#noted = new Set();
    const lacking = new Set<ScramHash>();
    const counts = new Map(HASHES.map((hash) => [hash, new Map<string, number>()]));
    for await (const owner of accounts.owners()) {
      const account = await accounts.get(owner);
      for (const [hash, forms] of account === undefined ? [] : counts) {
        const keys = account?.keys.get(hash);
        if (keys === undefined) lacking.add(hash);
        else {
          const form = `${keys.iterations} ${keys.salt.length}`;
          forms.set(form, (forms.get(form) ?? 0) + 1);
        }
      }
    }
    const forms = new Map<ScramHash, KeyForm>();
    for (const [hash, counted] of counts) {
      const [most] = [...counted].toSorted((a, b) => b[1] - a[1]);
      const [iterations = '', salt = ''] = most?.[0].split(' ') ?? [];
      if (most !== undefined) forms.set(hash, { iterations: Number(iterations), salt: Number(salt) });
    }
    this.#summary = { lacking: merge([...lacking], [...this.#noted]), forms };
    this.#store.put(unit, this.#domain, this.#summary);
  }
}

function merge(one: readonly ScramHash[], other: readonly ScramHash[]): ScramHash[] {
  return HASHES.filter((hash) => one.includes(hash) || other.includes(hash));
}
