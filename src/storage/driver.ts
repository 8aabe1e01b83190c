/**
 * What a medium has to provide. Everything else (units, tickets, order, retries, waiting reads, codecs) is the same for
 * all media and stands above it; `conformance/` holds every driver to the same behaviour.
 */
import type { ArchiveEntry, ArchivePage, ArchiveQuery } from './archive-store.ts';
import type { StoreRef } from './store-ref.ts';
import type { StoredBlob } from './stores.ts';
import type { Unit } from './unit.ts';

/** Units to be committed at once. */
export interface Batch {
  /** Random and counted: no other batch has it. The same on every attempt. */
  readonly id: string;
  /**
   * Counts from 1. From 2 on an earlier attempt may have been committed: a driver that cannot rule that out looks for
   * the id, which it stores with the batch.
   */
  readonly attempt: number;
  /** In the order of submission. */
  readonly units: readonly Unit[];
}

/** Units that were left out of a commit because applying them failed, with the reason. */
export type Failures = ReadonlyMap<Unit, Error>;

/**
 * A medium. Text it gets is well-formed and without U+0000, integers are safe, archive times and sizes are checked.
 * One commit runs at a time; reads run beside it and see a batch completely or not at all.
 */
export interface Driver {
  /**
   * Applies a batch: durable when it returns or resolves. A unit whose own operations fail (an update function throws,
   * a counter would pass its limit) is rolled back alone and named in the result; any other error means that nothing
   * was applied, in this attempt or an earlier one, and every unit is then tried alone.
   * @throws StorageError `unavailable` or `outcome-unknown` to be given the same batch again
   */
  commit(batch: Batch): Failures | undefined | Promise<Failures | undefined>;

  /** Text of one cell. */
  cell(store: StoreRef, owner: string, key: string): Promise<string | undefined>;
  /** All cells of an owner, ordered by the bytes of the keys. */
  cells(store: StoreRef, owner: string): Promise<ReadonlyMap<string, string>>;
  /** A counter; 0 if there is none. */
  count(store: StoreRef, owner: string, key: string): Promise<number>;
  /** See `ArchiveStore.find`. */
  find(store: StoreRef, owner: string, query: ArchiveQuery): Promise<ArchivePage>;
  /** See `ArchiveStore.get`. */
  entry(store: StoreRef, owner: string, id: string): Promise<ArchiveEntry | undefined>;
  /** See `ArchiveStore.expire`. */
  expire(store: StoreRef, before: number, limit: number): Promise<number>;
  /** Owners of anything in a store, ordered by bytes. */
  owners(store: StoreRef): AsyncIterable<string>;
  /** Frees what it holds. Nothing is called afterwards. */
  close(): Promise<void>;
}

/** Where blobs live; see `BlobStore` for what each must do. */
export interface BlobDriver {
  put(store: StoreRef, owner: string, key: string, source: AsyncIterable<Uint8Array>, limit: number): Promise<number>;
  get(store: StoreRef, owner: string, key: string): Promise<StoredBlob | undefined>;
  size(store: StoreRef, owner: string, key: string): Promise<number | undefined>;
  delete(store: StoreRef, owner: string, key: string): Promise<boolean>;
  clear(store: StoreRef, owner: string): Promise<void>;
  owners(store: StoreRef): AsyncIterable<string>;
}
