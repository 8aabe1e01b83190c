/** Counts of durations in buckets whose width grows with the value: never more than 1/64 beside the truth. */

/** Buckets for each power of two. */
const STEPS = 64;
const STEP_BITS = 6;
/** Durations from 2^31 µs on (36 minutes) count as the longest. */
const LONGEST = 2 ** 31 - 1;

/** Durations in whole microseconds. */
export class Histogram {
  readonly #counts = new Float64Array(STEPS * (31 - STEP_BITS + 1));
  #count = 0;

  /** How many were recorded. */
  get count(): number {
    return this.#count;
  }

  /** @param microseconds below 0 counts as 0 */
  record(microseconds: number): void {
    const index = bucketOf(Math.min(Math.max(0, Math.round(microseconds)), LONGEST));
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#count++;
  }

  /** The duration that `share` (0 to 1) of all do not exceed, in microseconds; NaN without any. */
  quantile(share: number): number {
    if (this.#count === 0) return Number.NaN;
    let left = Math.max(1, Math.ceil(share * this.#count));
    for (const [index, count] of this.#counts.entries()) {
      left -= count;
      if (left <= 0) return highestOf(index);
    }
    return LONGEST;
  }

  /** Forget everything. */
  clear(): void {
    this.#counts.fill(0);
    this.#count = 0;
  }
}

function bucketOf(value: number): number {
  if (value < STEPS) return value;
  const shift = 31 - Math.clz32(value) - STEP_BITS;
  return STEPS * shift + (value >>> shift);
}

function highestOf(index: number): number {
  if (index < 2 * STEPS) return index;
  const shift = Math.floor(index / STEPS) - 1;
  return (index - STEPS * shift + 1) * 2 ** shift - 1;
}
