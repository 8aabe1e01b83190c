/** `KeyedStore` over a driver: one cell an owner, under the key ''. */
import type { CacheSource } from './cache-source.ts';
import type { CellStore } from './cell-store.ts';
import type { KeyedStore } from './stores.ts';
import type { Ticket } from './ticket.ts';
import type { Unit } from './unit.ts';

const KEY = '';

/** See `KeyedStore`. */
export class DriverKeyedStore<T extends {}> implements KeyedStore<T> {
  readonly #cells: CellStore<T>;
  readonly cacheSource: CacheSource<T | null>;

  constructor(cells: CellStore<T>) {
    this.#cells = cells;
    this.cacheSource = {
      read: async (owner) => {
        const text = await cells.read(owner, KEY);
        if (text === undefined) return { value: null, size: 0 };
        return { value: cells.encoding.decode(text, owner, KEY), size: text.length };
      },
      watch: (listener) => cells.store.watch(listener),
    };
  }

  async get(owner: string): Promise<T | undefined> {
    const text = await this.#cells.read(owner, KEY);
    return text === undefined ? undefined : this.#cells.encoding.decode(text, owner, KEY);
  }

  put(unit: Unit, owner: string, value: T): Ticket {
    return this.#cells.put(unit, owner, KEY, value);
  }

  update(unit: Unit, owner: string, change: (value: T | undefined) => T | undefined): Ticket {
    return this.#cells.update(unit, owner, KEY, change);
  }

  delete(unit: Unit, owner: string): Ticket {
    return this.#cells.delete(unit, owner, KEY);
  }

  owners(): AsyncIterable<string> {
    return this.#cells.owners();
  }
}
