/**
 * The stores that modules see, whatever the medium behind them.
 *
 * - A write names its unit and is synchronous: it returns the unit's ticket, and nobody sees it before the unit is
 *   submitted and committed, not even the one who wrote it.
 * - A read of an owner sees every unit that touches that owner and was submitted before the read began: it waits for
 *   it. It never sees a part of a unit.
 * - Owners and keys compare by bytes: whoever calls has made them canonical.
 * - Text with U+0000 or lone surrogates is refused (`StorageError` `invalid-value`) before it is part of the unit.
 *   An update function that throws, a value that is too large or that its codec cannot encode make the unit fail:
 *   that unit alone, with none of its writes applied.
 */
import type { ArchiveStore } from './archive-store.ts';
import type { CacheSource } from './cache-source.ts';
import type { Ticket } from './ticket.ts';
import type { Unit } from './unit.ts';

/** Turns values into the text that is stored, and back. Hand-written where hot, `fromZod` elsewhere. */
export interface Codec<T> {
  encode(value: T): string;
  /** @throws any error for text it does not understand; readers get it as `StorageError` `corrupt-value` */
  decode(text: string): T;
}

/** One value for each owner. */
export interface KeyedStore<T extends {}> {
  get(owner: string): Promise<T | undefined>;
  put(unit: Unit, owner: string, value: T): Ticket;
  /**
   * Replaces the value by what `change` makes of it (`undefined`: there is none). `change` is called by the writer, in
   * the order of submission, perhaps more than once: it must be pure. What it throws becomes the ticket's error.
   */
  update(unit: Unit, owner: string, change: (value: T | undefined) => T | undefined): Ticket;
  delete(unit: Unit, owner: string): Ticket;
  /** Owners of a value, ordered by bytes. */
  owners(): AsyncIterable<string>;
  /** What a cache over this store reads; `null` stands for "no value". */
  readonly cacheSource: CacheSource<T | null>;
}

/** Values by key for each owner. */
export interface MapStore<T extends {}> {
  get(owner: string, key: string): Promise<T | undefined>;
  /** All of an owner, ordered by the bytes of the keys. */
  all(owner: string): Promise<ReadonlyMap<string, T>>;
  put(unit: Unit, owner: string, key: string, value: T): Ticket;
  /** As `KeyedStore.update`. */
  update(unit: Unit, owner: string, key: string, change: (value: T | undefined) => T | undefined): Ticket;
  delete(unit: Unit, owner: string, key: string): Ticket;
  /** Deletes all of an owner. */
  clear(unit: Unit, owner: string): Ticket;
  /** Owners of at least one value, ordered by bytes. */
  owners(): AsyncIterable<string>;
  readonly cacheSource: CacheSource<ReadonlyMap<string, T>>;
}

/** Integers by key for each owner: quotas. A counter that was never added to is 0. */
export interface CounterStore {
  /**
   * Adds `delta`, which may be negative. If that takes the counter above `limit`, the unit fails with `StorageError`
   * `limit-exceeded`; going down is never refused.
   */
  add(unit: Unit, owner: string, key: string, delta: number, limit?: number): Ticket;
  get(owner: string, key: string): Promise<number>;
  clear(unit: Unit, owner: string): Ticket;
  /** Owners with at least one counter that is not 0, ordered by bytes. */
  owners(): AsyncIterable<string>;
}

/** A blob being read. */
export interface StoredBlob {
  /** Bytes. */
  readonly size: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Files: uploads. Not part of units, because they are streamed and may live elsewhere. */
export interface BlobStore {
  /**
   * Stores what the source yields and returns its size in bytes. A blob is seen complete or not at all; the last one
   * completed stays. If the source fails, or yields more than `limit` bytes, nothing is stored.
   * @throws StorageError `value-too-large`, or what the source threw
   */
  put(owner: string, key: string, source: AsyncIterable<Uint8Array>, limit: number): Promise<number>;
  get(owner: string, key: string): Promise<StoredBlob | undefined>;
  /** Bytes, or `undefined` if there is no such blob. */
  size(owner: string, key: string): Promise<number | undefined>;
  /** Says whether there was one. */
  delete(owner: string, key: string): Promise<boolean>;
  /** Deletes all of an owner. */
  clear(owner: string): Promise<void>;
  owners(): AsyncIterable<string>;
}

/** Who wants to go on when a congested storage has room again. */
export interface ReliefListener {
  relieved(): void;
}

/**
 * A medium with all stores of all hosts on it. Opening a store twice gives two views of one thing; opening it as
 * another kind throws.
 */
export interface Storage {
  keyed<T extends {}>(host: string, name: string, codec: Codec<T>): KeyedStore<T>;
  map<T extends {}>(host: string, name: string, codec: Codec<T>): MapStore<T>;
  archive(host: string, name: string): ArchiveStore;
  counter(host: string, name: string): CounterStore;
  blob(host: string, name: string): BlobStore;
  /** A new unit for the stores of this storage. */
  unit(): Unit;
  /** Deletes everything an owner has in any store of a host, blobs excepted, also in stores that nobody has opened. */
  purge(unit: Unit, host: string, owner: string): Ticket;
  /** So much waits to be written, or for so long, that whoever reads input should pause until relieved. */
  readonly congested: boolean;
  /** Adds a listener called each time congestion ends; returns what removes it. */
  onRelief(listener: ReliefListener): () => void;
  /** Ticket of the unit submitted last, if it is not settled yet. */
  readonly lastSubmitted: Ticket | undefined;
  /** Resolves when all units submitted so far are settled. */
  drain(): Promise<void>;
  /**
   * Refuses new units, waits for those submitted (at most `timeout` milliseconds, 10 s unless told), closes the medium.
   * Units not tried by then fail with `closed`; one whose outcome is unknown stays pending, so that nothing is answered.
   */
  close(timeout?: number): Promise<void>;
}
