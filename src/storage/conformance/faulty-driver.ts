/**
 * A driver around another one that is slow and fails on demand: what tests use to show what waits for a commit, and
 * what a failure does.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ArchiveEntry, ArchivePage, ArchiveQuery } from '../archive-store.ts';
import type { Batch, Driver, Failures } from '../driver.ts';
import { StorageError } from '../storage-error.ts';
import type { StoreRef } from '../store-ref.ts';
import { seededRandom } from './random.ts';

/**
 * How a commit goes wrong: `refused`, nothing is applied and an ordinary error is thrown; `unavailable`, the same with
 * an error that asks to try again; `slow`, the same with one that says that it took too long; `lost`, everything is applied and the outcome is said to be unknown; `unknown`, the
 * same without anything applied.
 */
export type Fault = 'refused' | 'unavailable' | 'slow' | 'lost' | 'unknown';

/** Chances and times of a random run. */
export interface FaultRates {
  /** Longest delay of a commit in milliseconds. */
  readonly delay: number;
  /** Chance of each fault at each attempt. */
  readonly faults: Readonly<Partial<Record<Fault, number>>>;
}

/** See the file's comment. */
export class FaultyDriver implements Driver {
  readonly #inner: Driver;
  /** Batches in the order they came, one entry an attempt: their numbers of units. */
  readonly attempts: number[] = [];
  #delay: () => number = () => 0;
  #fault: () => Fault | undefined = () => undefined;
  readonly #next: Fault[] = [];
  /** Id of the batch that was applied last without saying so. */
  #lost = '';
  #gate: Promise<void> | undefined;
  #open: (() => void) | undefined;

  constructor(inner: Driver) {
    this.#inner = inner;
  }

  /** Every commit takes this many milliseconds from now on. */
  delay(milliseconds: number | (() => number)): void {
    this.#delay = typeof milliseconds === 'number' ? () => milliseconds : milliseconds;
  }

  /** The next commits go wrong, one after the other. */
  failNext(...faults: Fault[]): void {
    this.#next.push(...faults);
  }

  /** Commits wait until `release`. */
  hold(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    this.#open = resolve;
  }

  /** Lets held commits go on. */
  release(): void {
    this.#open?.();
    this.#gate = undefined;
  }

  /** Random delays and faults from now on, the same for the same seed. */
  randomise(seed: number, rates: FaultRates): void {
    const random = seededRandom(seed);
    this.#delay = () => random() * rates.delay;
    this.#fault = () => {
      const { refused = 0, unavailable = 0, slow = 0, lost = 0, unknown = 0 } = rates.faults;
      let dice = random();
      if ((dice -= slow) < 0) return 'slow';
      if ((dice -= refused) < 0) return 'refused';
      if ((dice -= unavailable) < 0) return 'unavailable';
      if ((dice -= lost) < 0) return 'lost';
      return dice - unknown < 0 ? 'unknown' : undefined;
    };
  }

  async commit(batch: Batch): Promise<Failures | undefined> {
    this.attempts.push(batch.units.length);
    await this.#gate;
    const delay = this.#delay();
    if (delay > 0) await sleep(delay);
    const fault = this.#next.shift() ?? this.#fault();
    // A driver must not call a batch refused that it may have applied before.
    const unsure = (fault === 'refused' || fault === 'slow') && this.#lost === batch.id;
    if (fault === 'refused' && !unsure) throw new Error('commit refused by the test');
    if (fault === 'slow' && !unsure) throw new StorageError('too-slow', 'too slow for the test');
    if (fault === 'unavailable') throw new StorageError('unavailable', 'unavailable for the test');
    const failures = fault === 'unknown' || unsure ? undefined : await this.#inner.commit(batch);
    if (fault === 'lost') this.#lost = batch.id;
    if (fault !== undefined) throw new StorageError('outcome-unknown', 'outcome lost by the test');
    return failures;
  }

  cell(store: StoreRef, owner: string, key: string): Promise<string | undefined> {
    return this.#inner.cell(store, owner, key);
  }

  cells(store: StoreRef, owner: string): Promise<ReadonlyMap<string, string>> {
    return this.#inner.cells(store, owner);
  }

  count(store: StoreRef, owner: string, key: string): Promise<number> {
    return this.#inner.count(store, owner, key);
  }

  find(store: StoreRef, owner: string, query: ArchiveQuery): Promise<ArchivePage> {
    return this.#inner.find(store, owner, query);
  }

  entry(store: StoreRef, owner: string, id: string): Promise<ArchiveEntry | undefined> {
    return this.#inner.entry(store, owner, id);
  }

  expire(store: StoreRef, before: number, limit: number): Promise<number> {
    return this.#inner.expire(store, before, limit);
  }

  owners(store: StoreRef): AsyncIterable<string> {
    return this.#inner.owners(store);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
