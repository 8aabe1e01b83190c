/** A driver that keeps everything in memory: for tests, and for a server whose data may be lost. */
import type { ArchiveEntry, ArchivePage, ArchiveQuery } from '../archive-store.ts';
import { compareByBytes } from '../byte-order.ts';
import type { Batch, Driver, Failures } from '../driver.ts';
import { StorageError } from '../storage-error.ts';
import type { StoreRef } from '../store-ref.ts';
import { toError } from '../to-error.ts';
import type { Unit } from '../unit.ts';
import { MemoryTable } from './memory-table.ts';
import type { Undo } from './memory-table.ts';

const EMPTY_PAGE: ArchivePage = { entries: [], complete: true, total: undefined };

/** See `Driver`. Commits are synchronous: there is no medium to wait for. */
export class MemoryDriver implements Driver {
  /** Host → store → content. */
  readonly #hosts = new Map<string, Map<string, MemoryTable>>();
  /** The last batch: an attempt that comes again was applied already. */
  #lastBatch = '';
  #lastFailures: Failures | undefined;

  commit(batch: Batch): Failures | undefined {
    if (batch.id === this.#lastBatch) return this.#lastFailures;
    let failures: Map<Unit, Error> | undefined;
    for (const unit of batch.units) {
      const failure = this.#apply(unit);
      if (failure === undefined) continue;
      failures ??= new Map();
      failures.set(unit, failure);
    }
    this.#lastBatch = batch.id;
    this.#lastFailures = failures;
    return failures;
  }

  async cell(store: StoreRef, owner: string, key: string): Promise<string | undefined> {
    return this.#table(store.host, store.name).cells(owner).get(key);
  }

  async cells(store: StoreRef, owner: string): Promise<ReadonlyMap<string, string>> {
    const cells = [...this.#table(store.host, store.name).cells(owner)];
    return new Map(cells.sort(([a], [b]) => compareByBytes(a, b)));
  }

  async count(store: StoreRef, owner: string, key: string): Promise<number> {
    return this.#table(store.host, store.name).count(owner, key);
  }

  async find(store: StoreRef, owner: string, query: ArchiveQuery): Promise<ArchivePage> {
    const archive = this.#table(store.host, store.name).archive(owner);
    if (archive !== undefined) return archive.find(query);
    const { afterId, beforeId, after, before, ids = [] } = query;
    if ([afterId, beforeId, after, before, ...ids].every((id) => id === undefined)) {
      return query.total === true ? { ...EMPTY_PAGE, total: 0 } : EMPTY_PAGE;
    }
    throw new StorageError('item-not-found', 'the archive is empty');
  }

  async entry(store: StoreRef, owner: string, id: string): Promise<ArchiveEntry | undefined> {
    return this.#table(store.host, store.name).archive(owner)?.get(id);
  }

  async expire(store: StoreRef, before: number, limit: number): Promise<number> {
    return this.#table(store.host, store.name).expire(before, limit);
  }

  async *owners(store: StoreRef): AsyncIterable<string> {
    yield* this.#table(store.host, store.name).owners().sort(compareByBytes);
  }

  async close(): Promise<void> {
    this.#hosts.clear();
  }

  #apply(unit: Unit): Error | undefined {
    const undos: Undo[] = [];
    try {
      for (const operation of unit.operations) {
        if (operation.kind === 'purge') {
          for (const table of this.#tables(operation.host).values()) undos.push(table.clear(operation.owner));
        } else {
          undos.push(this.#table(operation.store.host, operation.store.name).apply(operation));
        }
      }
      return undefined;
    } catch (error) {
      for (const undo of undos.reverse()) undo();
      return toError(error);
    }
  }

  #tables(host: string): Map<string, MemoryTable> {
    let tables = this.#hosts.get(host);
    if (tables === undefined) {
      tables = new Map();
      this.#hosts.set(host, tables);
    }
    return tables;
  }

  #table(host: string, name: string): MemoryTable {
    const tables = this.#tables(host);
    let table = tables.get(name);
    if (table === undefined) {
      table = new MemoryTable();
      tables.set(name, table);
    }
    return table;
  }
}
