/** `Storage` over any driver: the one implementation of units, order, waiting and codecs. */
import { CellStore } from './cell-store.ts';
import { DriverArchiveStore } from './driver-archive-store.ts';
import { DriverBlobStore } from './driver-blob-store.ts';
import { DriverCounterStore } from './driver-counter-store.ts';
import { DriverKeyedStore } from './driver-keyed-store.ts';
import { DriverMapStore } from './driver-map-store.ts';
import type { BlobDriver, Driver } from './driver.ts';
import { Encoding } from './encoding.ts';
import { GroupCommitter } from './group-committer.ts';
import type { CommitterOptions } from './group-committer.ts';
import { StoreRef } from './store-ref.ts';
import type { StoreKind } from './store-ref.ts';
import type { ArchiveStore } from './archive-store.ts';
import type { BlobStore, Codec, CounterStore, KeyedStore, MapStore, ReliefListener, Storage } from './stores.ts';
import type { Ticket } from './ticket.ts';
import { Unit } from './unit.ts';
import { checkText } from './valid-text.ts';

/** How a storage works. */
export interface StorageOptions extends CommitterOptions {
  /** Largest encoded value, and largest stanza of an archive, in bytes. */
  readonly valueBytes: number;
}

/** What a storage does unless told otherwise; `schedule` and `report` have no sensible default. */
export const STORAGE_DEFAULTS = {
  batchUnits: 256,
  batchSize: 4 * 1024 * 1024,
  waiting: { units: 10_000, size: 32 * 1024 * 1024, time: 30_000 },
  retry: { first: 20, last: 1000 },
  now: () => performance.now(),
  valueBytes: 1024 * 1024,
} as const satisfies Partial<StorageOptions>;

/** A medium with all stores of all hosts. */
export class DriverStorage implements Storage {
  readonly #driver: Driver;
  readonly #blobs: BlobDriver;
  readonly #committer: GroupCommitter;
  readonly #valueBytes: number;
  /** Host → name → store. */
  readonly #stores = new Map<string, Map<string, StoreRef>>();

  constructor(driver: Driver, blobs: BlobDriver, options: StorageOptions) {
    this.#driver = driver;
    this.#blobs = blobs;
    this.#committer = new GroupCommitter(driver, options);
    this.#valueBytes = options.valueBytes;
  }

  keyed<T extends {}>(host: string, name: string, codec: Codec<T>): KeyedStore<T> {
    return new DriverKeyedStore(this.#cells(this.#open(host, name, 'keyed'), codec));
  }

  map<T extends {}>(host: string, name: string, codec: Codec<T>): MapStore<T> {
    return new DriverMapStore(this.#cells(this.#open(host, name, 'map'), codec));
  }

  archive(host: string, name: string): ArchiveStore {
    return new DriverArchiveStore(this.#open(host, name, 'archive'), this.#driver, this.#valueBytes);
  }

  counter(host: string, name: string): CounterStore {
    return new DriverCounterStore(this.#open(host, name, 'counter'), this.#driver);
  }

  blob(host: string, name: string): BlobStore {
    return new DriverBlobStore(this.#open(host, name, 'blob'), this.#blobs);
  }

  unit(): Unit {
    return new Unit(this.#committer);
  }

  purge(unit: Unit, host: string, owner: string): Ticket {
    checkText(owner, 'an owner');
    if (unit.target !== this.#committer) throw new Error('the unit is not one of this storage');
    return unit.add({ kind: 'purge', host, owner, stores: this.#storesOf(host) }, 0);
  }

  get congested(): boolean {
    return this.#committer.congested;
  }

  onRelief(listener: ReliefListener): () => void {
    return this.#committer.onRelief(listener);
  }

  get lastSubmitted(): Ticket | undefined {
    return this.#committer.lastSubmitted;
  }

  async drain(): Promise<void> {
    await this.lastSubmitted?.settled().catch(() => undefined);
  }

  async close(timeout = 10_000): Promise<void> {
    await this.#committer.close(timeout);
    await this.#driver.close();
  }

  #cells<T extends {}>(store: StoreRef, codec: Codec<T>): CellStore<T> {
    return new CellStore(store, this.#driver, new Encoding(codec, store.name, this.#valueBytes));
  }

  #storesOf(host: string): Map<string, StoreRef> {
    let stores = this.#stores.get(host);
    if (stores === undefined) {
      stores = new Map();
      this.#stores.set(host, stores);
    }
    return stores;
  }

  #open(host: string, name: string, kind: StoreKind): StoreRef {
    const stores = this.#storesOf(host);
    let store = stores.get(name);
    if (store === undefined) {
      store = new StoreRef(host, name, kind, this.#committer, this.#committer.lastSubmitted);
      stores.set(name, store);
    }
    if (store.kind !== kind) throw new Error(`store ${name} of ${host} is open as ${store.kind}, not as ${kind}`);
    return store;
  }
}
