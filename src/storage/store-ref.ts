/** One store of one host inside a storage, and what waits to be written to it. */
import type { TouchListener } from './cache-source.ts';
import type { Operation } from './operation.ts';
import type { Ticket } from './ticket.ts';
import type { Unit, UnitTarget } from './unit.ts';
import { checkText } from './valid-text.ts';

/** The five shapes of stores. */
export type StoreKind = 'keyed' | 'map' | 'archive' | 'counter' | 'blob';

/** Names a store to its driver, and makes reads wait for the writes submitted before them. */
export class StoreRef {
  readonly host: string;
  readonly name: string;
  readonly kind: StoreKind;
  readonly #target: UnitTarget;
  /** Reads wait for it: what was submitted before this store was opened may be a purge that concerns it. */
  readonly #opened: Ticket | undefined;
  /** Owner → ticket of the last unit submitted that touches it; gone when that is settled. */
  readonly #pending = new Map<string, Ticket>();
  /** Ticket of the last unit submitted that touches this store. */
  #last: Ticket | undefined;
  readonly #listeners = new Set<TouchListener>();

  constructor(host: string, name: string, kind: StoreKind, target: UnitTarget, lastSubmitted: Ticket | undefined) {
    this.host = host;
    this.name = name;
    this.kind = kind;
    this.#target = target;
    this.#opened = lastSubmitted;
    this.#last = lastSubmitted;
  }

  /** Adds an operation on this store to a unit. `size` is what its text takes, in UTF-16 units. */
  add(unit: Unit, operation: Operation, size: number): Ticket {
    if (unit.target !== this.#target) throw new Error(`the unit is not one of the storage that holds ${this.name}`);
    return unit.add(operation, size);
  }

  /** Adds the deletion of all that an owner has in this store. */
  clear(unit: Unit, owner: string): Ticket {
    checkText(owner, 'an owner');
    return this.add(unit, { kind: 'clear', store: this, owner }, 0);
  }

  /** Notes that a unit touching the owner was submitted. */
  touch(owner: string, ticket: Ticket): void {
    this.#pending.set(owner, ticket);
    this.#last = ticket;
    for (const listener of this.#listeners) listener.touched(owner);
  }

  /** Notes that the unit is settled. */
  untouch(owner: string, ticket: Ticket): void {
    if (this.#pending.get(owner) === ticket) this.#pending.delete(owner);
  }

  /**
   * Waits until every unit submitted by now that touches the owner is settled, committed or not; `undefined` if there
   * is none to wait for.
   */
  settled(owner: string): Promise<void> | undefined {
    return settledAnyhow(this.#pending.get(owner) ?? this.#opened);
  }

  /** The same for all owners. */
  allSettled(): Promise<void> | undefined {
    return settledAnyhow(this.#last);
  }

  /** Adds a listener for touched owners; returns what removes it. */
  watch(listener: TouchListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function settledAnyhow(ticket: Ticket | undefined): Promise<void> | undefined {
  if (ticket === undefined || ticket.state !== 'pending') return undefined;
  return new Promise((resolve) => ticket.onSettled({ settled: () => resolve() }));
}
