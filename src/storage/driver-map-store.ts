/** `MapStore` over a driver. */
import type { CacheSource, Sized } from './cache-source.ts';
import type { CellStore } from './cell-store.ts';
import type { MapStore } from './stores.ts';
import type { Ticket } from './ticket.ts';
import type { Unit } from './unit.ts';

/** See `MapStore`. */
export class DriverMapStore<T extends {}> implements MapStore<T> {
  readonly #cells: CellStore<T>;
  readonly cacheSource: CacheSource<ReadonlyMap<string, T>>;

  constructor(cells: CellStore<T>) {
    this.#cells = cells;
    this.cacheSource = {
      read: (owner) => this.#readAll(owner),
      watch: (listener) => cells.store.watch(listener),
    };
  }

  async get(owner: string, key: string): Promise<T | undefined> {
    const text = await this.#cells.read(owner, key);
    return text === undefined ? undefined : this.#cells.encoding.decode(text, owner, key);
  }

  async all(owner: string): Promise<ReadonlyMap<string, T>> {
    return (await this.#readAll(owner)).value;
  }

  put(unit: Unit, owner: string, key: string, value: T): Ticket {
    return this.#cells.put(unit, owner, key, value);
  }

  update(unit: Unit, owner: string, key: string, change: (value: T | undefined) => T | undefined): Ticket {
    return this.#cells.update(unit, owner, key, change);
  }

  delete(unit: Unit, owner: string, key: string): Ticket {
    return this.#cells.delete(unit, owner, key);
  }

  clear(unit: Unit, owner: string): Ticket {
    return this.#cells.store.clear(unit, owner);
  }

  owners(): AsyncIterable<string> {
    return this.#cells.owners();
  }

  async #readAll(owner: string): Promise<Sized<ReadonlyMap<string, T>>> {
    const texts = await this.#cells.readAll(owner);
    const value = new Map<string, T>();
    let size = 0;
    for (const [key, text] of texts) {
      value.set(key, this.#cells.encoding.decode(text, owner, key));
      size += key.length + text.length;
    }
    return { value, size };
  }
}
