/** The storage driver for SQLite: plans batches here, reads and writes in the storage threads. */
import type { ArchiveEntry, ArchivePage, ArchiveQuery } from '../../archive-store.ts';
import type { Batch, Driver, Failures } from '../../driver.ts';
import { StorageError } from '../../storage-error.ts';
import type { StoreRef } from '../../store-ref.ts';
import { needsOf, planBatch, settleAppends } from '../batch-plan.ts';
import type { BatchPlan, Known, Needs } from '../batch-plan.ts';
import { isEmpty } from '../effects.ts';
import type { Effects } from '../effects.ts';
import { outcomesFromText } from '../outcomes.ts';
import type { Synchronous } from './open-database.ts';
import { packWrites } from './packed-writes.ts';
import { OWNERS_PAGE } from './protocol.ts';
import type { ReaderMethods, StoreRow, WriterMethods } from './protocol.ts';
import { StoreNumbers } from './store-numbers.ts';
import { ThreadClient } from './thread-client.ts';

/** Milliseconds without a read after which there is no reader. */
const READER_RESTS = 60_000;

/** Entries that may have arrived before all are put into their places. The more, the fewer pages each costs. */
const ARRIVALS = 16_000;

/** Entries that are put into their places at once: commits wait for it, 10 ms or so. */
const SLICE = 1000;

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

  /** Archives with entries that arrived and were not put into their places since. */
  readonly #unsettled = new Set<string>();
  #arrived = 0;
  /** It is not known what arrived: before this process, or around a failure. */
  #unknown = true;
  /** How many are under way that put all into their places, and what puts those of one archive there, by name. */
  #settling = 0;
  readonly #placing = new Map<string, Promise<void>>();

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
        settleAppends(this.#planned.plan.appends, outcomesFromText(outcomes));
        return this.#planned.plan.failures;
      }
    }
    const needs = needsOf(units, this.#numberOf);
    const plan = planBatch(units, needs, await this.#known(needs), this.#numberOf);
    if (isEmpty(plan.effects)) return plan.failures;
    this.#planned = { id, plan };
    this.#noteArrivals(plan.effects);
    const stores = this.#numbers.unsaved();
    const { archives, ...effects } = plan.effects;
    const batch = { id, stores, effects, archives: packWrites(archives) };
    settleAppends(plan.appends, outcomesFromText(await this.#writer.call('commit', batch)));
    this.#numbers.saved(stores);
    if (this.#arrived >= ARRIVALS) void this.#settle(() => this.#settleSlices()).catch(() => undefined); // the next one tries again
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
    await this.#settled(store, owner);
    return this.#reader.call('find', { store: this.#numbers.of(store), owner, query });
  }

  async entry(store: StoreRef, owner: string, id: string): Promise<ArchiveEntry | undefined> {
    await this.#settled(store, owner);
    return this.#reader.call('entry', { store: this.#numbers.of(store), owner, id });
  }

  async expire(store: StoreRef, before: number, limit: number): Promise<number> {
    return this.#writer.call('expire', { store: this.#numbers.of(store), before, limit });
  }

  async *owners(store: StoreRef): AsyncIterable<string> {
    let after: string | undefined;
    await this.#settle();
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

  #noteArrivals({ archives }: Effects): void {
    for (const write of archives) {
      if (write.kind !== 'append') continue;
      this.#unsettled.add(nameOf(write.store, write.owner));
      this.#arrived++;
    }
  }

  /** Waits until all entries of an archive that were committed are in their places. */
  async #settled(ref: StoreRef, owner: string): Promise<void> {
    if (this.#unknown) return this.#settle();
    const store = this.#numbers.of(ref);
    const name = nameOf(store, owner);
    if (!this.#unsettled.delete(name) && this.#settling === 0) return this.#placing.get(name);
    const placing = this.#orUnknown(this.#writer.call('settleArchive', { store, owner }));
    this.#placing.set(name, placing);
    try {
      await placing;
    } finally {
      if (this.#placing.get(name) === placing) this.#placing.delete(name);
    }
  }

  async #settle(how = () => this.#writer.call('settle', undefined)): Promise<void> {
    this.#unsettled.clear();
    this.#arrived = 0;
    this.#unknown = false;
    this.#settling++;
    try {
      await this.#orUnknown(how());
    } finally {
      this.#settling--;
    }
  }

  async #settleSlices(): Promise<undefined> {
    while (await this.#writer.call('settleSome', SLICE));
    return undefined;
  }

  async #orUnknown(settling: Promise<undefined>): Promise<void> {
    try {
      await settling;
    } catch (error) {
      this.#unknown = true;
      throw error;
    }
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

function nameOf(store: number, owner: string): string {
  return `${store} ${owner}`;
}
