/**
 * Counts how many of a numbered series are finished without a gap: the `h` of Stream Management.
 *
 * XEP-0198 v1.6.3 §4 has the receiver answer with the number of stanzas it handled, and the sender drops all of them
 * up to that number. Stanzas may be finished out of order, so only the leading finished ones may be counted.
 */

const WORD_BITS = 32;

/** Numbers begun items, takes them back finished in any order, and knows how many leading ones are finished. */
export class PrefixCounter {
  /** All items below are finished; this one is not. */
  #prefix: number;
  /** Number of the item begun next. */
  #next: number;
  /**
   * One bit an item, set when it finished ahead of an earlier one; a ring whose size in bits is a power of two.
   * `undefined` until the first item finishes out of order.
   */
  #ahead: Uint32Array | undefined;
  #aheadCount = 0;

  /** @param start how many were finished before, for a counter that goes on from stored state */
  constructor(start = 0) {
    this.#prefix = start;
    this.#next = start;
  }

  /** Number of leading finished items, modulo 2^32 as XEP-0198 §4 counts. */
  get prefix(): number {
    return this.#prefix >>> 0;
  }

  /** Number of items begun so far: where one who joins now starts to count. */
  get begun(): number {
    return this.#next;
  }

  /** Number of leading finished items among those begun after the first `start` (a `begun`), modulo 2^32. */
  prefixSince(start: number): number {
    return Math.max(0, this.#prefix - start) >>> 0;
  }

  /** Items begun and not in the prefix. */
  get open(): number {
    return this.#next - this.#prefix;
  }

  /** Begins the next item and returns its number, to be handed to `finish`. */
  begin(): number {
    return this.#next++;
  }

  /**
   * Finishes an item.
   * @throws RangeError for a number that was not begun or is already finished
   */
  finish(seq: number): void {
    if (!(seq >= this.#prefix && seq < this.#next)) throw new RangeError(`item ${seq} is not open`);
    if (seq !== this.#prefix) return this.#setAhead(seq);
    this.#prefix++;
    while (this.#aheadCount > 0 && this.#takeAhead(this.#prefix)) this.#prefix++;
    if (this.#aheadCount === 0) this.#ahead = undefined;
  }

  #setAhead(seq: number): void {
    const bits = this.#room();
    const position = seq & (bits.length * WORD_BITS - 1);
    const word = bits[position >>> 5] ?? 0;
    const bit = 1 << (position & 31);
    if ((word & bit) !== 0) throw new RangeError(`item ${seq} is already finished`);
    bits[position >>> 5] = word | bit;
    this.#aheadCount++;
  }

  #takeAhead(seq: number): boolean {
    const bits = this.#ahead;
    if (bits === undefined) return false;
    const position = seq & (bits.length * WORD_BITS - 1);
    const word = bits[position >>> 5] ?? 0;
    const bit = 1 << (position & 31);
    if ((word & bit) === 0) return false;
    bits[position >>> 5] = word & ~bit;
    this.#aheadCount--;
    return true;
  }

  /** The bits, with room for every open item. */
  #room(): Uint32Array {
    const old = this.#ahead;
    if (old !== undefined && this.open <= old.length * WORD_BITS) return old;
    let words = old === undefined ? 1 : old.length * 2;
    while (words * WORD_BITS < this.open) words *= 2;
    const bits = new Uint32Array(words);
    // The last word of a smaller ring may end up at another place: move bit by bit, which happens once a doubling.
    if (old !== undefined) {
      for (let i = 0; i < old.length * WORD_BITS; i++) {
        const seq = this.#prefix + i;
        const from = seq & (old.length * WORD_BITS - 1);
        if (((old[from >>> 5] ?? 0) & (1 << (from & 31))) === 0) continue;
        const to = seq & (words * WORD_BITS - 1);
        bits[to >>> 5] = (bits[to >>> 5] ?? 0) | (1 << (to & 31));
      }
    }
    this.#ahead = bits;
    return bits;
  }
}
