/**
 * Numbers of stores, by which rows name them.
 *
 * This process is the only writer, so a new store gets its number here, at once; its row is written with the first
 * batch that comes.
 */
import type { StoreRef } from '../../store-ref.ts';
import type { StoreRow } from './protocol.ts';

/** The numbers of all stores of a database. */
export class StoreNumbers {
  readonly #byRef = new WeakMap<StoreRef, number>();
  readonly #byName = new Map<string, number>();
  #unsaved: StoreRow[] = [];
  #last = 0;

  constructor(rows: readonly StoreRow[]) {
    for (const { id, host, name } of rows) {
      this.#byName.set(`${host}\0${name}`, id);
      this.#last = Math.max(this.#last, id);
    }
  }

  /** The number of a store; a new one if it has none. */
  of(store: StoreRef): number {
    const known = this.#byRef.get(store);
    if (known !== undefined) return known;
    const { host, name } = store;
    let id = this.#byName.get(`${host}\0${name}`);
    if (id === undefined) {
      id = ++this.#last;
      this.#byName.set(`${host}\0${name}`, id);
      this.#unsaved.push({ id, host, name });
    }
    this.#byRef.set(store, id);
    return id;
  }

  /** Stores whose rows are still to be written. */
  unsaved(): readonly StoreRow[] {
    return [...this.#unsaved];
  }

  /** These rows are written. */
  saved(rows: readonly StoreRow[]): void {
    if (rows.length > 0) this.#unsaved = this.#unsaved.filter((row) => !rows.includes(row));
  }
}
