/**
 * Units: the writes that belong together.
 *
 * All writes caused by one stanza are added to one unit, which is submitted when the stanza has been processed. They
 * are committed together or not at all, and units are applied in the order they were submitted.
 */
import type { Operation } from './operation.ts';
import { StorageError } from './storage-error.ts';
import { Ticket } from './ticket.ts';

/** Who takes submitted units. */
export interface UnitTarget {
  accept(unit: Unit): void;
}

/** A set of writes that is committed as a whole. */
export class Unit {
  /** Outcome of all writes of this unit. */
  readonly ticket = new Ticket();
  /** Whose unit this is. */
  readonly target: UnitTarget;
  readonly #operations: Operation[] = [];
  #size = 0;
  #failure: Error | undefined;
  #open = true;

  constructor(target: UnitTarget) {
    this.target = target;
  }

  /** In the order they were added. */
  get operations(): readonly Operation[] {
    return this.#operations;
  }

  /** What its text takes, in UTF-16 units. */
  get size(): number {
    return this.#size;
  }

  /** Why the unit is bound to fail, if it is known before a driver tried it. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Nothing was added. */
  get empty(): boolean {
    return this.#operations.length === 0 && this.#failure === undefined;
  }

  /** No longer open: submitted or discarded. */
  get submitted(): boolean {
    return !this.#open;
  }

  /**
   * Adds a write; what stores call.
   * @throws Error if the unit was submitted or discarded
   */
  add(operation: Operation, size: number): Ticket {
    this.#assertOpen();
    this.#operations.push(operation);
    this.#size += size;
    return this.ticket;
  }

  /** Makes the unit fail with this error in its turn; of several, the first. For a write that cannot be expressed. */
  poison(failure: Error): Ticket {
    this.#assertOpen();
    this.#failure ??= failure;
    return this.ticket;
  }

  /**
   * Fixes the unit's place in the order of writes. Returns its ticket, or `undefined` if there is nothing to write.
   * If too much waits already, the ticket fails at once with `StorageError` `congested`.
   * @throws Error if the unit was submitted or discarded
   */
  submit(): Ticket | undefined {
    this.#close();
    if (this.empty) {
      this.ticket.settle();
      return undefined;
    }
    this.target.accept(this);
    return this.ticket;
  }

  /**
   * Gives the unit up: nothing is written, and the ticket fails with this error, since outputs may wait for it.
   * @throws Error if the unit was submitted or discarded
   */
  discard(error: Error = new StorageError('discarded', 'the unit was given up')): void {
    this.#close();
    this.ticket.settle(error);
  }

  #close(): void {
    this.#assertOpen();
    this.#open = false;
  }

  #assertOpen(): void {
    if (!this.#open) throw new Error('the unit was submitted or discarded before');
  }
}
