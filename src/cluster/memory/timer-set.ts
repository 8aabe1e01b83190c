import type { Clock } from '../clock.ts';

/** Timers that can be cancelled all at once. */
export class TimerSet {
  readonly #clock: Clock;
  readonly #cancels = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** As `Clock.after`. */
  after(ms: number, run: () => void): () => void {
    const stop = this.#clock.after(ms, () => {
      this.#cancels.delete(cancel);
      run();
    });
    const cancel = (): void => {
      if (this.#cancels.delete(cancel)) stop();
    };
    this.#cancels.add(cancel);
    return cancel;
  }

  /** Cancel all. */
  clear(): void {
    for (const cancel of this.#cancels) cancel();
  }
}
