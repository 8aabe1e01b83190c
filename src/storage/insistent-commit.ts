/**
 * Commits batches until their outcome is known.
 *
 * A batch that failed is tried unit by unit, so that one bad unit fails alone. A batch whose medium is away, or whose
 * outcome is unknown (the connection was lost after COMMIT), is tried again unchanged, under the same id. One that takes
 * too long is halved; a unit that takes too long alone is refused after a few attempts, so that it does not keep the
 * others waiting for ever.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch, Driver, Failures } from './driver.ts';
import { StorageError } from './storage-error.ts';
import { toError } from './to-error.ts';
import type { Unit } from './unit.ts';

/** Pauses in milliseconds before a batch is tried again: the first one, then doubled up to the last. */
export interface RetryPauses {
  readonly first: number;
  readonly last: number;
}

/** Attempts of a unit that takes too long each time. */
const SLOW_ATTEMPTS = 3;

/** One commit at a time, retried as needed. */
export class InsistentCommit {
  readonly #driver: Driver;
  readonly #pauses: RetryPauses;
  readonly #report: (error: Error) => void;
  readonly #incarnation = randomBytes(8).toString('hex');
  #batches = 0;
  readonly #end = new AbortController();

  constructor(driver: Driver, pauses: RetryPauses, report: (error: Error) => void) {
    this.#driver = driver;
    this.#pauses = pauses;
    this.#report = report;
  }

  /** Commits the units; the result names those that failed. Synchronous if the driver is and the first attempt succeeds. */
  commit(units: readonly Unit[]): Failures | undefined | Promise<Failures | undefined> {
    const batch = this.#batch(units);
    try {
      const outcome = this.#driver.commit(batch);
      return outcome instanceof Promise ? outcome.catch((error) => this.#afterError(batch, toError(error))) : outcome;
    } catch (error) {
      return this.#afterError(batch, toError(error));
    }
  }

  /** Ends the attempts: what is not known by now stays so, and its promise pending. */
  abandon(): void {
    this.#end.abort();
  }

  #batch(units: readonly Unit[]): Batch {
    return { id: `${this.#incarnation}-${++this.#batches}`, attempt: 1, units };
  }

  async #afterError(first: Batch, firstError: Error): Promise<Failures | undefined> {
    let batch = first;
    let error = firstError;
    let slow = 0;
    for (let pause = this.#pauses.first; ; pause = Math.min(2 * pause, this.#pauses.last)) {
      if (isTooSlow(error)) {
        if (batch.units.length > 1) return this.#halved(batch.units, error);
        if (++slow === SLOW_ATTEMPTS) break;
      } else if (!isTransient(error)) break;
      this.#report(error);
      await this.#pause(pause);
      batch = { ...batch, attempt: batch.attempt + 1 };
      try {
        return await this.#driver.commit(batch);
      } catch (next) {
        error = toError(next);
      }
    }
    const [only, ...others] = batch.units;
    if (only !== undefined && others.length === 0) return new Map([[only, error]]);
    this.#report(error);
    const failures = new Map<Unit, Error>();
    for (const unit of batch.units) {
      for (const [failed, reason] of (await this.commit([unit])) ?? []) failures.set(failed, reason);
    }
    return failures;
  }

  async #halved(units: readonly Unit[], error: Error): Promise<Failures> {
    this.#report(error);
    const failures = new Map<Unit, Error>();
    const middle = units.length >> 1;
    for (const half of [units.slice(0, middle), units.slice(middle)]) {
      for (const [failed, reason] of (await this.commit(half)) ?? []) failures.set(failed, reason);
    }
    return failures;
  }

  async #pause(milliseconds: number): Promise<void> {
    try {
      await sleep(milliseconds, undefined, { signal: this.#end.signal });
    } catch {
      await new Promise(() => undefined); // abandoned
    }
  }
}

function isTooSlow(error: Error): boolean {
  return error instanceof StorageError && error.condition === 'too-slow';
}

function isTransient(error: Error): boolean {
  return error instanceof StorageError && (error.condition === 'unavailable' || error.condition === 'outcome-unknown');
}
