/**
 * Runs the part of a batch that needs JavaScript: update functions and the limits of counters.
 *
 * A function cannot be sent to another thread or into SQL. So the driver first reads the cells that updates concern,
 * then runs the updates here, in the order of units, and then writes the results. Nobody else writes in between: one
 * commit runs at a time, and one process owns the data. Whatever can make a single unit fail is found here, so that
 * the writing needs no savepoints.
 */
import type { Failures } from '../driver.ts';
import type { AppendEntry, Operation } from '../operation.ts';
import { StorageError } from '../storage-error.ts';
import type { StoreRef } from '../store-ref.ts';
import { toError } from '../to-error.ts';
import type { Unit } from '../unit.ts';
import type { AppendOutcome, ArchiveWrite, CellName, Effects, HostOwner } from './effects.ts';
import { cellText, Overlay } from './overlay.ts';

/** Gives the number of a store. */
export type NumberOf = (store: StoreRef) => number;

/** What has to be read before a batch can be planned. */
export interface Needs {
  readonly cells: readonly CellName[];
  readonly counters: readonly CellName[];
}

/** The stored values of what was needed, in the same order; `undefined` or `null` where there is none. */
export interface Known {
  readonly cells: readonly (string | null | undefined)[];
  readonly counters: readonly (number | null | undefined)[];
}

/** A batch ready to be written. */
export interface BatchPlan {
  readonly effects: Effects;
  /** Appends among the effects, in their order: to be told what became of them. */
  readonly appends: readonly AppendEntry[];
  /** Units that are not part of the effects. */
  readonly failures: Failures | undefined;
}

/** The cells and counters whose values decide what a batch does. */
export function needsOf(units: readonly Unit[], numberOf: NumberOf): Needs {
  const cells = new Map<string, CellName>();
  const counters = new Map<string, CellName>();
  for (const { operations } of units) {
    for (const operation of operations) {
      if (operation.kind === 'update') note(cells, operation, numberOf);
      else if (operation.kind === 'add') note(counters, operation, numberOf);
    }
  }
  return { cells: [...cells.values()], counters: [...counters.values()] };
}

function note(
  names: Map<string, CellName>,
  { store, owner, key }: { readonly store: StoreRef; readonly owner: string; readonly key: string },
  numberOf: NumberOf,
): void {
  const name = { store: numberOf(store), owner, key };
  names.set(cellText(name), name);
}

/** Plans a batch. Calls the update functions, each once. */
export function planBatch(units: readonly Unit[], needs: Needs, known: Known, numberOf: NumberOf): BatchPlan {
  const planner = new Planner(needs, known, numberOf);
  let failures: Map<Unit, Error> | undefined;
  for (const unit of units) {
    const failure = planner.apply(unit.operations);
    if (failure !== undefined) (failures ??= new Map()).set(unit, failure);
  }
  return { ...planner.result(), failures };
}

/** Tells appends what became of them. */
export function settleAppends(appends: readonly AppendEntry[], outcomes: readonly AppendOutcome[]): void {
  if (appends.length !== outcomes.length) {
    throw new Error(`${appends.length} entries were appended, and ${outcomes.length} outcomes came back`);
  }
  for (const [i, append] of appends.entries()) {
    const outcome = outcomes[i];
    if (outcome !== undefined) append.stored(outcome.id, outcome.when, outcome.duplicate);
  }
}

class Planner {
  readonly #numberOf: NumberOf;
  readonly #cells = new Overlay<string>();
  readonly #counters = new Overlay<number>();
  readonly #storedCells: ReadonlyMap<string, string | undefined>;
  readonly #storedCounters: ReadonlyMap<string, number | undefined>;
  readonly #purged: HostOwner[] = [];
  readonly #archives: ArchiveWrite[] = [];
  readonly #appends: AppendEntry[] = [];

  constructor(needs: Needs, known: Known, numberOf: NumberOf) {
    this.#numberOf = numberOf;
    this.#storedCells = valuesByName(needs.cells, known.cells);
    this.#storedCounters = valuesByName(needs.counters, known.counters);
  }

  apply(operations: readonly Operation[]): Error | undefined {
    const lengths = [this.#purged.length, this.#archives.length, this.#appends.length] as const;
    try {
      for (const operation of operations) this.#applyOne(operation);
    } catch (error) {
      this.#cells.rollBack();
      this.#counters.rollBack();
      [this.#purged.length, this.#archives.length, this.#appends.length] = lengths;
      return toError(error);
    }
    this.#cells.keep();
    this.#counters.keep();
    return undefined;
  }

  result(): Omit<BatchPlan, 'failures'> {
    const effects = {
      purged: this.#purged,
      cells: this.#cells.effects(),
      counters: this.#counters.effects(),
      archives: this.#archives,
    };
    return { effects, appends: this.#appends };
  }

  #applyOne(operation: Operation): void {
    if (operation.kind === 'purge') return this.#purge(operation.host, operation.owner, operation.stores);
    const store = this.#numberOf(operation.store);
    const { owner } = operation;
    switch (operation.kind) {
      case 'put':
        return this.#cells.set({ store, owner, key: operation.key }, operation.value);
      case 'delete':
        return this.#cells.set({ store, owner, key: operation.key }, undefined);
      case 'update': {
        const name = { store, owner, key: operation.key };
        const value = this.#cells.get(name, () => this.#storedCells.get(cellText(name)));
        return this.#cells.set(name, operation.change(value));
      }
      case 'add':
        return this.#add({ store, owner, key: operation.key }, operation.delta, operation.limit);
      case 'append':
        this.#appends.push(operation);
        this.#archives.push({ kind: 'append', store, owner, entry: operation.entry });
        return;
      case 'delete-entries':
        this.#archives.push({ kind: 'delete-entries', store, owner, filter: operation.filter });
        return;
      case 'clear':
        if (operation.store.kind === 'archive') this.#archives.push({ kind: 'clear', store, owner });
        else this.#clear(operation.store, store, owner);
    }
  }

  #clear({ kind }: StoreRef, store: number, owner: string): void {
    if (kind === 'counter') this.#counters.clear(store, owner);
    else if (kind === 'keyed' || kind === 'map') this.#cells.clear(store, owner);
  }

  /** Stores that are not open hold nothing that this batch wrote: the driver clears them before all else. */
  #purge(host: string, owner: string, stores: ReadonlyMap<string, StoreRef>): void {
    this.#purged.push({ host, owner });
    this.#archives.push({ kind: 'purge', host, owner });
    for (const ref of stores.values()) this.#clear(ref, this.#numberOf(ref), owner);
  }

  #add(name: CellName, delta: number, limit: number): void {
    const sum = (this.#counters.get(name, () => this.#storedCounters.get(cellText(name))) ?? 0) + delta;
    if (delta > 0 && sum > limit) throw new StorageError('limit-exceeded', `the counter would pass ${limit}`);
    if (!Number.isSafeInteger(sum)) throw new StorageError('invalid-value', 'the counter would not be a safe integer');
    this.#counters.set(name, sum === 0 ? undefined : sum);
  }
}

function valuesByName<T>(names: readonly CellName[], values: readonly (T | null | undefined)[]): Map<string, T> {
  const known = new Map<string, T>();
  for (const [i, name] of names.entries()) {
    const value = values[i];
    if (value !== null && value !== undefined) known.set(cellText(name), value);
  }
  return known;
}
