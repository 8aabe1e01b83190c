/** What keyed stores and map stores have in common: cells read and written through a codec. */
import type { Driver } from './driver.ts';
import type { Encoding } from './encoding.ts';
import { StorageError } from './storage-error.ts';
import type { StoreRef } from './store-ref.ts';
import type { Ticket } from './ticket.ts';
import { toError } from './to-error.ts';
import type { Unit } from './unit.ts';
import { checkText } from './valid-text.ts';

/** Cells of one store: owner, key → value. */
export class CellStore<T extends {}> {
  readonly store: StoreRef;
  readonly encoding: Encoding<T>;
  readonly #driver: Driver;

  constructor(store: StoreRef, driver: Driver, encoding: Encoding<T>) {
    this.store = store;
    this.encoding = encoding;
    this.#driver = driver;
  }

  /** Text of a cell, after everything submitted before. */
  async read(owner: string, key: string): Promise<string | undefined> {
    checkCell(owner, key);
    await this.store.settled(owner);
    return this.#driver.cell(this.store, owner, key);
  }

  /** Texts of all cells of an owner, after everything submitted before. */
  async readAll(owner: string): Promise<ReadonlyMap<string, string>> {
    checkText(owner, 'an owner');
    await this.store.settled(owner);
    return this.#driver.cells(this.store, owner);
  }

  /** See `MapStore.put`. */
  put(unit: Unit, owner: string, key: string, value: T): Ticket {
    checkCell(owner, key);
    let text: string;
    try {
      text = this.encoding.encode(value);
    } catch (error) {
      if (error instanceof StorageError && error.condition === 'invalid-value') throw error;
      return unit.poison(toError(error));
    }
    return this.store.add(unit, { kind: 'put', store: this.store, owner, key, value: text }, text.length);
  }

  /** See `MapStore.update`. */
  update(unit: Unit, owner: string, key: string, change: (value: T | undefined) => T | undefined): Ticket {
    checkCell(owner, key);
    const { encoding, store } = this;
    const changeText = (text: string | undefined): string | undefined => {
      const value = change(text === undefined ? undefined : encoding.decode(text, owner, key));
      return value === undefined ? undefined : encoding.encode(value);
    };
    return store.add(unit, { kind: 'update', store, owner, key, change: changeText }, 0);
  }

  /** See `MapStore.delete`. */
  delete(unit: Unit, owner: string, key: string): Ticket {
    checkCell(owner, key);
    return this.store.add(unit, { kind: 'delete', store: this.store, owner, key }, 0);
  }

  /** See `MapStore.owners`. */
  async *owners(): AsyncIterable<string> {
    await this.store.allSettled();
    yield* this.#driver.owners(this.store);
  }
}

function checkCell(owner: string, key: string): void {
  checkText(owner, 'an owner');
  checkText(key, 'a key');
}
