/** The storage driver for SQLite: plans batches here, reads and writes in the storage threads. */
import type { ArchiveEntry, ArchivePage, ArchiveQuery } from '../../archive-store.ts';
import type { Batch, Driver, Failures } from '../../driver.ts';
import { StorageError } from '../../storage-error.ts';
import type { StoreRef } from '../../store-ref.ts';
import { needsOf, planBatch, settleAppends } from '../batch-plan.ts';
import type { BatchPlan, Known, Needs } from '../batch-plan.ts';
import { isEmpty } from '../effects.ts';
import type { Synchronous } from './open-database.ts';
import { OWNERS_PAGE } from './protocol.ts';
import type { ReaderMethods, StoreRow, WriterMethods } from './protocol.ts';
import { StoreNumbers } from './store-numbers.ts';
import { ThreadClient } from './thread-client.ts';

/** Milliseconds without a read after which there is no reader. */
const READER_RESTS = 60_000;

const NOTHING: Known = { cells: [], counters: [] };

/** See `Driver`. */
export class SqliteDriver implements Driver {
  readonly #writer: ThreadClient<WriterMethods>;
  readonly #reader: ThreadClient<ReaderMethods>;
  readonly #numbers: StoreNumbers;
  readonly #closed: () => void;
  readonly #numberOf = (store: StoreRef): number => this.#numbers.of(store);
  /** What was planned last: another attempt of that batch may find it committed. */
  #planned: { readonly id: string; readonly plan: BatchPlan } | undefined;

  #closing: Promise<void> | undefined;

  private constructor(
    writer: ThreadClient<WriterMethods>,
    reader: ThreadClient<ReaderMethods>,
    stores: readonly StoreRow[],
    closed: () => void,
  ) {
    this.#writer = writer;
    this.#reader = reader;
    this.#numbers = new StoreNumbers(stores);
    this.#closed = closed;
  }

  /**
   * Opens a database whose schema is current. Whoever calls holds the lock of the data.
   * @param closed is called when the driver has been closed
   */
  static async open(
    file: string,
    synchronous: Synchronous,
    closed: () => void = () => undefined,
  ): Promise<SqliteDriver> {
    const writer = new ThreadClient<WriterMethods>({ role: 'writer', file, synchronous });
    const reader = new ThreadClient<ReaderMethods>({ role: 'reader', file, synchronous }, READER_RESTS);
    return new SqliteDriver(writer, reader, await writer.call('stores', undefined), closed);
  }

  async commit({ id, attempt, units }: Batch): Promise<Failures | undefined> {
    if (attempt > 1) {
      const outcomes = await this.#outcomesOf(id);
      if (outcomes !== undefined && this.#planned?.id === id) {
        settleAppends(this.#planned.plan.appends, outcomes);
        return this.#planned.plan.failures;
      }
    }
    const needs = needsOf(units, this.#numberOf);
    const plan = planBatch(units, needs, await this.#known(needs), this.#numberOf);
    if (isEmpty(plan.effects)) return plan.failures;
    this.#planned = { id, plan };
    const stores = this.#numbers.unsaved();
    settleAppends(plan.appends, await this.#writer.call('commit', { id, stores, effects: plan.effects }));
    this.#numbers.saved(stores);
    return plan.failures;
  }

  async cell(store: StoreRef, owner: string, key: string): Promise<string | undefined> {
    return this.#reader.call('cell', { store: this.#numbers.of(store), owner, key });
  }

  async cells(store: StoreRef, owner: string): Promise<ReadonlyMap<string, string>> {
    return new Map(await this.#reader.call('cells', { store: this.#numbers.of(store), owner }));
  }

  async count(store: StoreRef, owner: string, key: string): Promise<number> {
    return this.#reader.call('count', { store: this.#numbers.of(store), owner, key });
  }

  async find(store: StoreRef, owner: string, query: ArchiveQuery): Promise<ArchivePage> {
    return this.#reader.call('find', { store: this.#numbers.of(store), owner, query });
  }

  async entry(store: StoreRef, owner: string, id: string): Promise<ArchiveEntry | undefined> {
    return this.#reader.call('entry', { store: this.#numbers.of(store), owner, id });
  }

  async expire(store: StoreRef, before: number, limit: number): Promise<number> {
    return this.#writer.call('expire', { store: this.#numbers.of(store), before, limit });
  }

  async *owners(store: StoreRef): AsyncIterable<string> {
    let after: string | undefined;
    for (;;) {
      const page = await this.#reader.call('owners', { store: this.#numbers.of(store), after });
      yield* page;
      if (page.length < OWNERS_PAGE) return;
      after = page.at(-1);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#reader.close();
    await this.#writer.close(); // last: the last connection removes the WAL
    this.#closed();
  }

  async #known(needs: Needs): Promise<Known> {
    if (needs.cells.length === 0 && needs.counters.length === 0) return NOTHING;
    return this.#writer.call('known', needs);
  }

  /** Until it is known whether the batch was committed, nothing may be said about it. */
  async #outcomesOf(id: string): Promise<WriterMethods['outcomeOf'][1]> {
    try {
      return await this.#writer.call('outcomeOf', id);
    } catch (cause) {
      throw new StorageError('outcome-unknown', 'it is not known whether the batch was committed', { cause });
    }
  }
}
