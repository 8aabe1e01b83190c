/** The rosters of one host: stored items with their version, and what has to happen when one changes. */
import type { ModuleApi } from '../../host/module.ts';
import type { CachedOwners } from '../../storage/cached-owners.ts';
import type { Codec, KeyedStore, MapStore } from '../../storage/stores.ts';
import type { Unit } from '../../storage/unit.ts';
import type { Stanza } from '../../xml/stanza.ts';
import { itemCodec } from './item-codec.ts';
import { looksDifferent, rosterPush } from './protocol.ts';
import type { Pusher } from './pusher.ts';
import { sees, type Roster, type RosterItem, type RosterItems } from './service.ts';

/** Limits of what users may add; what is there already is never refused. */
export interface RosterLimits {
  readonly maxItems: number;
  readonly maxPending: number;
}

const versionCodec: Codec<number> = {
  encode: String,
  decode: (text) => {
    const version = Number(text);
    if (!Number.isSafeInteger(version)) throw new Error('a roster version that is no number');
    return version;
  },
};

/** Version of a roster that never changed. */
const FIRST_VERSION = '0';

/** See `Roster`. */
export class RosterStore implements Roster {
  readonly maxItems: number;
  readonly maxPending: number;
  readonly #m: ModuleApi;
  readonly #items: MapStore<RosterItem>;
  readonly #versions: KeyedStore<number>;
  readonly #cache: CachedOwners<RosterItems>;
  readonly #pusher: Pusher;

  constructor(m: ModuleApi, pusher: Pusher, { maxItems, maxPending }: RosterLimits) {
    this.maxItems = maxItems;
    this.maxPending = maxPending;
    this.#m = m;
    this.#items = m.map('roster', itemCodec);
    this.#versions = m.keyed('roster_version', versionCodec);
    this.#cache = m.cached(this.#items);
    this.#pusher = pusher;
  }

  items(user: string): RosterItems | Promise<RosterItems> {
    return this.#cache.peek(user) ?? this.#cache.of(user);
  }

  isSubscribed(user: string, contact: string): boolean | Promise<boolean> {
    if (user === contact) return true;
    const found = this.items(user);
    return found instanceof Promise ? found.then((items) => sees(items.get(contact))) : sees(found.get(contact));
  }

  /** The items with the version to name them by; they may be newer than it says, never older. */
  async snapshot(user: string): Promise<{ items: RosterItems; version: string }> {
    const version = await this.#versions.get(user);
    return { items: await this.items(user), version: version === undefined ? FIRST_VERSION : String(version) };
  }

  change(
    unit: Unit,
    user: string,
    contact: string,
    change: (item: RosterItem | undefined) => RosterItem | undefined,
    notice?: Stanza,
  ): void {
    // The writer may call these again; what they note then is what counts.
    let before: RosterItem | undefined;
    let after: RosterItem | undefined;
    let version: number | undefined;
    const now = this.#m.now();
    this.#items.update(unit, user, contact, (item) => {
      before = item;
      after = change(item);
      return after;
    });
    // The first version is the time, so that an account made anew under an old name has none of its predecessor's.
    this.#versions.update(unit, user, (last) => {
      version = looksDifferent(before, after) ? (last ?? now) + 1 : last;
      return version;
    });
    unit.ticket.onSettled({
      settled: ({ error }) => {
        if (error !== undefined) return;
        const stanzas = notice === undefined ? [] : [notice];
        if (looksDifferent(before, after)) stanzas.push(rosterPush(contact, after, String(version)));
        if (stanzas.length > 0) this.#pusher.send(user, stanzas);
        void this.#m.emit('roster/changed', { user, contact, before, after });
      },
    });
  }

  /** Forget all of an account that is being deleted; its contacts are told once that is committed. */
  async clear(unit: Unit, user: string): Promise<void> {
    const items = await this.items(user);
    this.#items.clear(unit, user);
    this.#versions.delete(unit, user);
    unit.ticket.onSettled({
      settled: ({ error }) => {
        if (error !== undefined) return;
        for (const [contact, before] of items) {
          void this.#m.emit('roster/changed', { user, contact, before, after: undefined });
        }
      },
    });
  }
}
