/** When to look for things that have expired, without a timer. */

/** Fewest writes between two sweeps. */
const MIN_WRITES = 64;

/**
 * Says that a sweep is due after as many writes as were kept at the last one: its cost per write stays constant, and at
 * most as much again is held as was alive.
 */
export class SweepSchedule {
  #writes = 0;
  #limit = MIN_WRITES;

  /** Count a write. @returns true if a sweep is due */
  wrote(): boolean {
    return ++this.#writes >= this.#limit;
  }

  /** A sweep is done and left that many. */
  swept(kept: number): void {
    this.#writes = 0;
    this.#limit = Math.max(MIN_WRITES, kept);
  }
}
