/**
 * Group commit: collects submitted units into batches, one commit at a time, in the order of submission.
 *
 * While a commit runs units gather, and the next batch takes them together; when none runs, a batch is committed as
 * soon as `schedule` says. So an idle server writes at once and a busy one writes large batches.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Ring } from '../util/ring.ts';
import type { Driver, Failures } from './driver.ts';
import { InsistentCommit } from './insistent-commit.ts';
import type { RetryPauses } from './insistent-commit.ts';
import type { Operation } from './operation.ts';
import { StorageError } from './storage-error.ts';
import type { ReliefListener } from './stores.ts';
import type { Ticket } from './ticket.ts';
import { toError } from './to-error.ts';
import type { Unit, UnitTarget } from './unit.ts';

/** How a group committer works. */
export interface CommitterOptions {
  /** Calls `run` soon, but not at once: how long a unit that meets an idle medium is held for others to join it. */
  readonly schedule: (run: () => void) => void;
  /** Most units of a batch. */
  readonly batchUnits: number;
  /** Most text of a batch in UTF-16 units, so that what comes behind large units does not wait long. A unit is never split. */
  readonly batchSize: number;
  /**
   * Above any of these the storage is congested: units waiting, their text in UTF-16 units, milliseconds for which units
   * wait and no commit ends. Above twice one of the first two, units are refused.
   */
  readonly waiting: { readonly units: number; readonly size: number; readonly time: number };
  readonly retry: RetryPauses;
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Is told why attempts failed, and of ticket listeners that throw. */
  readonly report: (error: Error) => void;
}

/** The queue between units and a driver. */
export class GroupCommitter implements UnitTarget {
  readonly #options: CommitterOptions;
  readonly #medium: InsistentCommit;
  readonly #run = (): void => this.#commitNext();
  readonly #queue = new Ring<Unit>();
  #lastSubmitted: Ticket | undefined;
  /** A run is scheduled or a commit is under way. */
  #busy = false;
  #closed = false;
  #waitingUnits = 0;
  #waitingSize = 0;
  /** When a commit last ended, or the first unit after a pause came. */
  #lastProgress = 0;
  #congested = false;
  readonly #reliefListeners = new Set<ReliefListener>();

  constructor(driver: Driver, options: CommitterOptions) {
    this.#options = options;
    this.#medium = new InsistentCommit(driver, options.retry, options.report);
  }

  /** See `Storage.congested`. Once seen true it stays so until relief. */
  get congested(): boolean {
    if (!this.#congested && this.#waitingUnits > 0) {
      this.#congested = this.#options.now() - this.#lastProgress > this.#options.waiting.time;
    }
    return this.#congested;
  }

  /** See `Storage.onRelief`. */
  onRelief(listener: ReliefListener): () => void {
    this.#reliefListeners.add(listener);
    return () => this.#reliefListeners.delete(listener);
  }

  /** See `Storage.lastSubmitted`. */
  get lastSubmitted(): Ticket | undefined {
    return this.#lastSubmitted?.state === 'pending' ? this.#lastSubmitted : undefined;
  }

  /** Takes a unit, or refuses it by failing its ticket. */
  accept(unit: Unit): void {
    const refusal = this.#refusal(unit);
    if (refusal !== undefined) return this.#settleTicket(unit.ticket, refusal);
    if (this.#waitingUnits === 0) this.#lastProgress = this.#options.now();
    this.#waitingUnits++;
    this.#waitingSize += unit.size;
    const { waiting } = this.#options;
    if (this.#waitingUnits > waiting.units || this.#waitingSize > waiting.size) this.#congested = true;
    this.#queue.push(unit);
    this.#lastSubmitted = unit.ticket;
    for (const operation of unit.operations) touch(operation, unit.ticket);
    if (!this.#busy) this.#schedule();
  }

  /** See `Storage.close`: refuses new units, and waits for the others at most this many milliseconds. */
  async close(timeout: number): Promise<void> {
    this.#closed = true;
    await this.#lastSettled(timeout);
    this.#medium.abandon();
    const untried: Unit[] = [];
    for (let unit = this.#queue.shift(); unit !== undefined; unit = this.#queue.shift()) untried.push(unit);
    const error = new StorageError('closed', 'the storage was closed before this unit was tried');
    for (const unit of untried) this.#settle(unit, error);
  }

  async #lastSettled(timeout: number): Promise<void> {
    const last = this.lastSubmitted;
    if (last === undefined) return;
    const settled = new AbortController();
    last.onSettled({ settled: () => settled.abort() });
    await sleep(timeout, undefined, { signal: settled.signal }).catch(() => undefined);
  }

  #refusal(unit: Unit): Error | undefined {
    if (this.#closed) return new StorageError('closed', 'the storage is closed');
    const { units, size } = this.#options.waiting;
    if (this.#waitingUnits < 2 * units && this.#waitingSize + unit.size <= 2 * size) return undefined;
    return new StorageError('congested', 'too much waits to be written');
  }

  #schedule(): void {
    this.#busy = true;
    this.#options.schedule(this.#run);
  }

  #commitNext(): void {
    const batch = this.#take();
    const sound = batch.filter((unit) => unit.failure === undefined);
    const outcome = sound.length === 0 ? undefined : this.#medium.commit(sound);
    if (!(outcome instanceof Promise)) {
      this.#finish(batch, outcome);
      if (this.#queue.length > 0) this.#schedule();
      else this.#busy = false;
      return;
    }
    void outcome.then((failures) => {
      this.#finish(batch, failures);
      if (this.#queue.length > 0) this.#commitNext();
      else this.#busy = false;
    });
  }

  #take(): Unit[] {
    const { batchUnits, batchSize } = this.#options;
    const batch: Unit[] = [];
    let size = 0;
    for (let next = this.#queue.first; next !== undefined && batch.length < batchUnits; next = this.#queue.first) {
      size += next.size;
      if (size > batchSize && batch.length > 0) break;
      batch.push(next);
      this.#queue.shift();
    }
    return batch;
  }

  #finish(batch: readonly Unit[], failures: Failures | undefined): void {
    this.#lastProgress = this.#options.now();
    for (const unit of batch) this.#settle(unit, unit.failure ?? failures?.get(unit));
    const { waiting } = this.#options;
    if (!this.#congested || this.#waitingUnits > waiting.units / 2 || this.#waitingSize > waiting.size / 2) return;
    this.#congested = false;
    for (const listener of this.#reliefListeners) this.#relieve(listener);
  }

  #settle(unit: Unit, error: Error | undefined): void {
    this.#waitingUnits--;
    this.#waitingSize -= unit.size;
    for (const operation of unit.operations) untouch(operation, unit.ticket);
    this.#settleTicket(unit.ticket, error);
  }

  #relieve(listener: ReliefListener): void {
    try {
      listener.relieved();
    } catch (fault) {
      this.#options.report(toError(fault));
    }
  }

  #settleTicket(ticket: Ticket, error: Error | undefined): void {
    try {
      ticket.settle(error);
    } catch (fault) {
      this.#options.report(toError(fault));
    }
  }
}

/** Makes reads of what the operation concerns wait. */
function touch(operation: Operation, ticket: Ticket): void {
  if (operation.kind !== 'purge') return operation.store.touch(operation.owner, ticket);
  for (const store of operation.stores.values()) store.touch(operation.owner, ticket);
}

function untouch(operation: Operation, ticket: Ticket): void {
  if (operation.kind !== 'purge') return operation.store.untouch(operation.owner, ticket);
  for (const store of operation.stores.values()) store.untouch(operation.owner, ticket);
}
