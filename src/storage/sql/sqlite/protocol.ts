/** What the main thread and the storage threads say to each other. Only plain data can cross. */
import type { ArchiveEntry, ArchivePage, ArchiveQuery } from '../../archive-store.ts';
import type { StorageCondition } from '../../storage-error.ts';
import type { Known, Needs } from '../batch-plan.ts';
import type { Effects } from '../effects.ts';
import type { Synchronous } from './open-database.ts';
import type { PackedWrites } from './packed-writes.ts';

/** A store and the number that rows name it by. */
export interface StoreRow {
  readonly id: number;
  readonly host: string;
  readonly name: string;
}

/** A batch to be written. */
export interface WriteBatch {
  /** See `Batch.id`. */
  readonly id: string;
  /** Stores that may not have a row yet. */
  readonly stores: readonly StoreRow[];
  readonly effects: Omit<Effects, 'archives'>;
  readonly archives: PackedWrites;
}

/** What the writing thread does: for each method its parameter and its result. */
export interface WriterMethods {
  /** Reads cells and counters as the last commit left them. */
  known: [parameter: Needs, result: Known];
  /** Commits a batch; the result tells what became of its appends, as `outcomesToText` writes it. */
  commit: [parameter: WriteBatch, result: string];
  /** Puts the entries that arrived into their places, where the reader finds them. */
  settle: [parameter: undefined, result: undefined];
  /** Does so with those of one archive. */
  settleArchive: [parameter: OfOwner, result: undefined];
  /** Does so with about that many, and tells whether others are left of those that had arrived. */
  settleSome: [parameter: number, result: boolean];
  /** What became of the appends of a batch; `undefined` if it is not the one committed last. */
  outcomeOf: [parameter: string, result: string | undefined];
  /** See `Driver.expire`. */
  expire: [parameter: { readonly store: number; readonly before: number; readonly limit: number }, result: number];
  /** All stores that have a row. */
  stores: [parameter: undefined, result: readonly StoreRow[]];
  /** Closes the connection. */
  close: [parameter: undefined, result: undefined];
}

/** An owner in a store. */
interface OfOwner {
  readonly store: number;
  readonly owner: string;
}

/** What the reading thread does. */
export interface ReaderMethods {
  cell: [parameter: OfOwner & { readonly key: string }, result: string | undefined];
  /** Keys and values, ordered by key. */
  cells: [parameter: OfOwner, result: readonly (readonly [string, string])[]];
  count: [parameter: OfOwner & { readonly key: string }, result: number];
  find: [parameter: OfOwner & { readonly query: ArchiveQuery }, result: ArchivePage];
  entry: [parameter: OfOwner & { readonly id: string }, result: ArchiveEntry | undefined];
  /** Owners behind this one, in order; from the first on without it. A full page means that there may be more. */
  owners: [parameter: { readonly store: number; readonly after: string | undefined }, result: readonly string[]];
  /** Closes the connection. */
  close: [parameter: undefined, result: undefined];
}

/** What a thread does that only makes a copy. */
export interface CopierMethods {
  /** Copies the database as it is now to a file that is not there yet. */
  copy: [parameter: string, result: undefined];
  /** Closes the connection. */
  close: [parameter: undefined, result: undefined];
}

/** Most owners of one answer. */
export const OWNERS_PAGE = 500;

/** Methods with parameter and result. */
export type Methods<M> = { readonly [K in keyof M]: readonly [parameter: unknown, result: unknown] };

/** The methods as a thread carries them out. */
export type Handlers<M extends Methods<M>> = { readonly [K in keyof M]: (parameter: M[K][0]) => M[K][1] };

/** One call. */
export interface Call {
  readonly number: number;
  readonly method: string;
  readonly parameter: unknown;
}

/** The answer to a call: a result, or what went wrong. */
export interface Answer {
  readonly number: number;
  readonly result?: unknown;
  readonly error?: WireError;
}

/** An error that crosses threads. */
export interface WireError {
  readonly message: string;
  /** If it is a `StorageError`. */
  readonly condition: StorageCondition | undefined;
}

/** What a storage thread is started with. */
export interface ThreadOptions {
  readonly role: 'writer' | 'reader' | 'copier';
  /** Path of the database. */
  readonly file: string;
  readonly synchronous: Synchronous;
}
