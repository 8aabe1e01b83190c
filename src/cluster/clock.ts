/** Time as a cluster backend sees it, so that tests can let it pass. */

/** A monotonic clock with timers. */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back. */
  now(): number;
  /** Call `run` once, `ms` milliseconds from now. The returned function cancels that; calling it later does nothing. */
  after(ms: number, run: () => void): () => void;
}

/** The clock of the machine. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
