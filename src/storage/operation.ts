/**
 * What a unit consists of: writes as data, for a driver to apply. Values are encoded text here.
 *
 * Keyed stores and map stores are both cells (store, owner, key → text) to a driver; a keyed store uses the key ''.
 */
import type { Appended, DeleteFilter, NewEntry } from './archive-store.ts';
import type { StoreRef } from './store-ref.ts';
import type { Ticket } from './ticket.ts';

/** Sets a cell. */
export interface PutCell {
  readonly kind: 'put';
  readonly store: StoreRef;
  readonly owner: string;
  readonly key: string;
  readonly value: string;
}

/** Sets a cell to what a function makes of it. */
export interface UpdateCell {
  readonly kind: 'update';
  readonly store: StoreRef;
  readonly owner: string;
  readonly key: string;
  /** Pure. What it throws is the unit's failure. `undefined` in: no cell; out: delete the cell. */
  readonly change: (value: string | undefined) => string | undefined;
}

/** Deletes a cell. */
export interface DeleteCell {
  readonly kind: 'delete';
  readonly store: StoreRef;
  readonly owner: string;
  readonly key: string;
}

/** Deletes all that an owner has in one store: cells, counters, or the archive with its head. */
export interface ClearOwner {
  readonly kind: 'clear';
  readonly store: StoreRef;
  readonly owner: string;
}

/** Deletes all that an owner has in every store of a host. */
export interface PurgeOwner {
  readonly kind: 'purge';
  readonly host: string;
  readonly owner: string;
  /** The open stores of that host, by name; stores opened later are added to it. */
  readonly stores: ReadonlyMap<string, StoreRef>;
}

/** Adds to a counter. */
export interface AddCounter {
  readonly kind: 'add';
  readonly store: StoreRef;
  readonly owner: string;
  readonly key: string;
  readonly delta: number;
  /** See `CounterStore.add`; `Infinity` if there is none. */
  readonly limit: number;
}

/** Deletes entries of an archive. */
export interface DeleteEntries {
  readonly kind: 'delete-entries';
  readonly store: StoreRef;
  readonly owner: string;
  readonly filter: DeleteFilter;
}

/** An append, and the answer to its caller in one. */
export class AppendEntry implements Appended {
  readonly kind = 'append';
  readonly store: StoreRef;
  readonly owner: string;
  readonly entry: NewEntry;
  readonly ticket: Ticket;
  #id: string | undefined;
  #when: number | undefined;
  #duplicate = false;

  constructor(store: StoreRef, owner: string, entry: NewEntry, ticket: Ticket) {
    this.store = store;
    this.owner = owner;
    this.entry = entry;
    this.ticket = ticket;
  }

  get id(): string | undefined {
    return this.ticket.state === 'committed' ? this.#id : undefined;
  }

  get when(): number | undefined {
    return this.ticket.state === 'committed' ? this.#when : undefined;
  }

  get duplicate(): boolean {
    return this.ticket.state === 'committed' && this.#duplicate;
  }

  /** Tells the outcome. The driver calls it before `commit` returns or resolves; the last call counts. */
  stored(id: string, when: number, duplicate: boolean): void {
    this.#id = id;
    this.#when = when;
    this.#duplicate = duplicate;
  }
}

/** One write. */
export type Operation =
  PutCell | UpdateCell | DeleteCell | ClearOwner | PurgeOwner | AddCounter | AppendEntry | DeleteEntries;
