/** `CounterStore` over a driver. */
import type { Driver } from './driver.ts';
import type { StoreRef } from './store-ref.ts';
import type { CounterStore } from './stores.ts';
import type { Ticket } from './ticket.ts';
import type { Unit } from './unit.ts';
import { checkInteger, checkText } from './valid-text.ts';

/** See `CounterStore`. */
export class DriverCounterStore implements CounterStore {
  readonly #store: StoreRef;
  readonly #driver: Driver;

  constructor(store: StoreRef, driver: Driver) {
    this.#store = store;
    this.#driver = driver;
  }

  add(unit: Unit, owner: string, key: string, delta: number, limit: number = Infinity): Ticket {
    checkText(owner, 'an owner');
    checkText(key, 'a key');
    checkInteger(delta, 'a difference');
    return this.#store.add(unit, { kind: 'add', store: this.#store, owner, key, delta, limit }, 0);
  }

  async get(owner: string, key: string): Promise<number> {
    checkText(owner, 'an owner');
    checkText(key, 'a key');
    await this.#store.settled(owner);
    return this.#driver.count(this.#store, owner, key);
  }

  clear(unit: Unit, owner: string): Ticket {
    return this.#store.clear(unit, owner);
  }

  async *owners(): AsyncIterable<string> {
    await this.#store.allSettled();
    yield* this.#driver.owners(this.#store);
  }
}
