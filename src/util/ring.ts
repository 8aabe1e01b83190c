/**
 * Growable ring buffer: a first-in, first-out queue without the cost of `Array.shift`.
 *
 * Made for queues that are empty nearly always (one or more per session): an empty ring holds no buffer of a past
 * burst.
 */

const FIRST_CAPACITY = 8;
const KEPT_CAPACITY = 16;

/** First-in, first-out queue. `undefined` cannot be an item: it is what an empty ring answers. */
export class Ring<T extends {}> {
  /** Capacity is zero or a power of two, so that positions wrap by a mask. */
  #slots: (T | undefined)[] = [];
  #head = 0;
  #length = 0;

  /** Number of items. */
  get length(): number {
    return this.#length;
  }

  /** The oldest item, or `undefined` when there is none. */
  get first(): T | undefined {
    return this.#length === 0 ? undefined : this.#slots[this.#head];
  }

  /** Adds an item behind all others. */
  push(item: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = item;
    this.#length++;
  }

  /** Takes the oldest item out, or returns `undefined` when there is none. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#length--;
    if (this.#length === 0 && this.#slots.length > KEPT_CAPACITY) this.#slots = [];
    return item;
  }

  #grow(): void {
    const old = this.#slots;
    const slots: (T | undefined)[] = new Array<T | undefined>(Math.max(FIRST_CAPACITY, old.length * 2)).fill(undefined);
    for (let i = 0; i < this.#length; i++) slots[i] = old[(this.#head + i) & (old.length - 1)];
    this.#slots = slots;
    this.#head = 0;
  }
}
