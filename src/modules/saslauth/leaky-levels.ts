/** Counts what happens too often, by key. */

/** Keys remembered; of more, those that nothing happened to for longest are forgotten. */
const MAX_KEYS = 10_000;

/** A level for each key, which rises by one with each event and sinks steadily. */
export class LeakyLevels {
  readonly #max: number;
  readonly #perMillisecond: number;
  readonly #over: number;
  readonly #now: () => number;
  /** The one that rose longest ago first. */
  readonly #levels = new Map<string, { readonly level: number; readonly at: number }>();

  /**
   * @param max events without consequences at once, and again in each `period`, in milliseconds
   * @param over how far a level can be above that
   * @param now in milliseconds
   */
  constructor(max: number, period: number, over: number, now: () => number) {
    this.#max = max;
    this.#perMillisecond = max / period;
    this.#over = over;
    this.#now = now;
  }

  /** Something happened. */
  rise(key: string): void {
    const level = Math.min(this.#level(key) + 1, this.#max + this.#over);
    this.#levels.delete(key);
    this.#levels.set(key, { level, at: this.#now() });
    if (this.#levels.size <= MAX_KEYS) return;
    const [oldest] = this.#levels.keys();
    if (oldest !== undefined) this.#levels.delete(oldest);
  }

  /** How far the level is above what is without consequences; zero if it is not. */
  excess(key: string): number {
    return Math.max(0, this.#level(key) - this.#max);
  }

  #level(key: string): number {
    const known = this.#levels.get(key);
    if (known === undefined) return 0;
    const passed = Math.max(0, this.#now() - known.at); // clocks are set back at times
    return Math.max(0, known.level - passed * this.#perMillisecond);
  }
}
