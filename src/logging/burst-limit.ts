/** Keeps one kind of event from filling the disk: somebody may have found out how to cause it. */

/** Events of one message in one second. */
const MOST = 1000;

/** Counts events by their message, a second at a time. */
export class BurstLimit {
  readonly #counts = new Map<string, number>();
  #second = 0;

  /** Is this event one too many? */
  isTooMany(message: string): boolean {
    const count = (this.#counts.get(message) ?? 0) + 1;
    this.#counts.set(message, count);
    return count > MOST;
  }

  /**
   * If another second has begun: which messages had too many events until then, and how many of each were left out.
   * @param time milliseconds since 1970
   */
  leftOut(time: number): readonly (readonly [string, number])[] {
    const second = Math.floor(time / 1000);
    if (second === this.#second) return [];
    this.#second = second;
    const over = [...this.#counts].filter(([, count]) => count > MOST);
    this.#counts.clear();
    return over.map(([message, count]) => [message, count - MOST] as const);
  }
}
