/** What one store holds in memory: cells, counters and archives by owner; only one of them is used. */
import type { Operation } from '../operation.ts';
import { StorageError } from '../storage-error.ts';
import { MemoryArchive } from './memory-archive.ts';

/** Takes one change back. */
export type Undo = () => void;

const NO_CELLS: ReadonlyMap<string, string> = new Map();

/** The content of one store. */
export class MemoryTable {
  readonly #cells = new Map<string, Map<string, string>>();
  readonly #counters = new Map<string, Map<string, number>>();
  readonly #archives = new Map<string, MemoryArchive>();

  /** Cells of an owner, in no order. */
  cells(owner: string): ReadonlyMap<string, string> {
    return this.#cells.get(owner) ?? NO_CELLS;
  }

  /** See `CounterStore.get`. */
  count(owner: string, key: string): number {
    return this.#counters.get(owner)?.get(key) ?? 0;
  }

  /** The archive of an owner, if it has one. */
  archive(owner: string): MemoryArchive | undefined {
    return this.#archives.get(owner);
  }

  /** Owners of anything, in no order. */
  owners(): string[] {
    const archived = [...this.#archives].filter(([, archive]) => archive.size > 0).map(([owner]) => owner);
    return [...this.#cells.keys(), ...this.#counters.keys(), ...archived];
  }

  /** See `ArchiveStore.expire`. */
  expire(before: number, limit: number): number {
    let count = 0;
    for (const archive of this.#archives.values()) count += archive.expire(before, limit - count);
    return count;
  }

  /**
   * Applies one operation and returns what takes it back.
   * @throws what an update function throws, or StorageError `limit-exceeded`, `invalid-value`; then nothing is changed
   */
  apply(operation: Exclude<Operation, { kind: 'purge' }>): Undo {
    const { owner } = operation;
    switch (operation.kind) {
      case 'put':
        return write(this.#cells, owner, operation.key, operation.value);
      case 'update':
        return write(this.#cells, owner, operation.key, operation.change(this.cells(owner).get(operation.key)));
      case 'delete':
        return write(this.#cells, owner, operation.key, undefined);
      case 'add':
        return this.#add(owner, operation.key, operation.delta, operation.limit);
      case 'append': {
        const appending = this.#archiveOf(owner).append(operation.entry);
        operation.stored(appending.entry.id, appending.entry.when, appending.duplicate);
        return appending.undo;
      }
      case 'delete-entries':
        return this.#archives.get(owner)?.delete(operation.filter) ?? (() => undefined);
      case 'clear':
        return this.clear(owner);
    }
  }

  /** Deletes all of an owner and returns what brings it back. */
  clear(owner: string): Undo {
    const undos = [remove(this.#cells, owner), remove(this.#counters, owner), remove(this.#archives, owner)];
    return () => undos.forEach((undo) => undo());
  }

  #add(owner: string, key: string, delta: number, limit: number): Undo {
    const sum = this.count(owner, key) + delta;
    if (delta > 0 && sum > limit) throw new StorageError('limit-exceeded', `the counter would pass ${limit}`);
    if (!Number.isSafeInteger(sum)) throw new StorageError('invalid-value', 'the counter would not be a safe integer');
    return write(this.#counters, owner, key, sum === 0 ? undefined : sum);
  }

  #archiveOf(owner: string): MemoryArchive {
    let archive = this.#archives.get(owner);
    if (archive === undefined) {
      archive = new MemoryArchive();
      this.#archives.set(owner, archive);
    }
    return archive;
  }
}

/** Sets or, with `undefined`, deletes a value; an owner without values is not kept. */
function write<V>(table: Map<string, Map<string, V>>, owner: string, key: string, value: V | undefined): Undo {
  const before = table.get(owner)?.get(key);
  set(table, owner, key, value);
  return () => set(table, owner, key, before);
}

function set<V>(table: Map<string, Map<string, V>>, owner: string, key: string, value: V | undefined): void {
  let values = table.get(owner);
  if (value === undefined) {
    values?.delete(key);
    if (values?.size === 0) table.delete(owner);
    return;
  }
  if (values === undefined) {
    values = new Map();
    table.set(owner, values);
  }
  values.set(key, value);
}

function remove<V>(table: Map<string, V>, owner: string): Undo {
  const before = table.get(owner);
  table.delete(owner);
  return () => {
    if (before !== undefined) table.set(owner, before);
  };
}
