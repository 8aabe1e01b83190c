/**
 * What a batch comes to once its update functions have run: plain data that can go to another thread or into SQL.
 *
 * Cells and counters come as their final state, since only that can be seen. Archive writes come one by one in their
 * order, since an append depends on what stands before it.
 */
import type { DeleteFilter, NewEntry } from '../archive-store.ts';

/** Which cell or counter. */
export interface CellName {
  /** Number of the store, see `StoreNumbers`. */
  readonly store: number;
  readonly owner: string;
  readonly key: string;
}

/** All that an owner has in one store. */
export interface OwnerName {
  readonly store: number;
  readonly owner: string;
}

/** All that an owner has in any store of a host. */
export interface HostOwner {
  readonly host: string;
  readonly owner: string;
}

/** A cell or counter and its value afterwards; `undefined` if it is gone. */
export interface CellValue<T> extends CellName {
  readonly value: T | undefined;
}

/** The end state of cells, or of counters. Owners are cleared first, then values are set. */
export interface CellEffects<T> {
  readonly cleared: readonly OwnerName[];
  readonly values: readonly CellValue<T>[];
}

/** One write to an archive. */
export type ArchiveWrite =
  | ({ readonly kind: 'append'; readonly entry: NewEntry } & OwnerName)
  | ({ readonly kind: 'delete-entries'; readonly filter: DeleteFilter } & OwnerName)
  | ({ readonly kind: 'clear' } & OwnerName)
  | ({ readonly kind: 'purge' } & HostOwner);

/** Everything a batch does. */
export interface Effects {
  /** Before all cells and counters. */
  readonly purged: readonly HostOwner[];
  readonly cells: CellEffects<string>;
  readonly counters: CellEffects<number>;
  readonly archives: readonly ArchiveWrite[];
}

/** What became of an append; the same order as the appends of the batch. */
export interface AppendOutcome {
  readonly id: string;
  readonly when: number;
  readonly duplicate: boolean;
}

/** Does it change nothing? */
export function isEmpty({ purged, cells, counters, archives }: Effects): boolean {
  return [purged, archives, cells.cleared, cells.values, counters.cleared, counters.values].every(
    (list) => list.length === 0,
  );
}
