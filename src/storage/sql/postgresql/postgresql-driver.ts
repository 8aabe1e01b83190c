/** The storage driver for PostgreSQL: each batch is one transaction of a few statements. */
import type pg from 'pg';
import type { ArchiveEntry, ArchivePage, ArchiveQuery } from '../../archive-store.ts';
import type { Batch, Driver, Failures } from '../../driver.ts';
import { StorageError } from '../../storage-error.ts';
import type { StoreRef } from '../../store-ref.ts';
import { toError } from '../../to-error.ts';
import { needsOf, planBatch, settleAppends } from '../batch-plan.ts';
import type { BatchPlan } from '../batch-plan.ts';
import { numberOf, textOf } from '../columns.ts';
import { isEmpty } from '../effects.ts';
import type { AppendOutcome, Effects } from '../effects.ts';
import { outcomesFromText, outcomesToText } from '../outcomes.ts';
import { writeArchives } from './archive-writes.ts';
import { CELL, COUNTER, purgeCells, storedValues, writeCells } from './cell-writes.ts';
import { query, STORE_NUMBER } from './connect.ts';
import type { Queryable } from './connect.ts';
import { expireEntries } from './expire.ts';
import { databaseError } from './postgresql-error.ts';
import type { PostgresqlReader } from './postgresql-reader.ts';
import type { WriterConnection } from './writer-connection.ts';

/** See `Driver`. */
export class PostgresqlDriver implements Driver {
  readonly #writer: WriterConnection;
  readonly #reader: PostgresqlReader;
  readonly #numbers = new Map<string, number>();
  /** What was planned last: another attempt of that batch may find it committed. */
  #planned: { readonly id: string; readonly plan: BatchPlan } | undefined;
  #closing: Promise<void> | undefined;
  /** Ends when the transaction that runs now has ended: the connection does one at a time. */
  #idle: Promise<unknown> = Promise.resolve();

  /** @param writer open, with the schema up to date */
  constructor(writer: WriterConnection, reader: PostgresqlReader) {
    this.#writer = writer;
    this.#reader = reader;
  }

  async commit(batch: Batch): Promise<Failures | undefined> {
    return this.#exclusively(() => this.#commit(batch));
  }

  async cell(store: StoreRef, owner: string, key: string): Promise<string | undefined> {
    return this.#reader.cell(await this.#number(store), owner, key);
  }

  async cells(store: StoreRef, owner: string): Promise<ReadonlyMap<string, string>> {
    return this.#reader.cells(await this.#number(store), owner);
  }

  async count(store: StoreRef, owner: string, key: string): Promise<number> {
    return this.#reader.count(await this.#number(store), owner, key);
  }

  async find(store: StoreRef, owner: string, wanted: ArchiveQuery): Promise<ArchivePage> {
    return this.#reader.find(await this.#number(store), owner, wanted);
  }

  async entry(store: StoreRef, owner: string, id: string): Promise<ArchiveEntry | undefined> {
    return this.#reader.entry(await this.#number(store), owner, id);
  }

  async expire(store: StoreRef, before: number, limit: number): Promise<number> {
    const number = await this.#number(store);
    return this.#exclusively(() =>
      this.#transaction(async (on) => ({ result: await expireEntries(on, number, before, limit) })),
    );
  }

  async *owners(store: StoreRef): AsyncIterable<string> {
    yield* this.#reader.owners(await this.#number(store));
  }

  close(): Promise<void> {
    this.#closing ??= Promise.all([this.#reader.close(), this.#writer.close()]).then(() => undefined);
    return this.#closing;
  }

  async #commit({ id, attempt, units }: Batch): Promise<Failures | undefined> {
    if (attempt > 1 && (await this.#wasCommitted(id))) return this.#planned?.plan.failures;
    await this.#learnNumbers(units);
    return this.#transaction(async (on) => {
      const plan = await this.#plan(on, id, units);
      if (isEmpty(plan.effects)) return { result: plan.failures };
      const outcomes = await applyEffects(on, plan.effects);
      await query(on, 'update batch set id = $1, outcomes = $2', [id, outcomesToText(outcomes)]);
      return { result: plan.failures, committed: () => settleAppends(plan.appends, outcomes) };
    });
  }

  async #plan(on: Queryable, id: string, units: Batch['units']): Promise<BatchPlan> {
    const numberOfStore = (store: StoreRef): number => this.#numbers.get(storeText(store)) ?? -1;
    const needs = needsOf(units, numberOfStore);
    const known = {
      cells: await storedValues(on, CELL, needs.cells),
      counters: await storedValues(on, COUNTER, needs.counters),
    };
    const plan = planBatch(units, needs, known, numberOfStore);
    this.#planned = { id, plan };
    return plan;
  }

  /** Was the batch committed by an earlier attempt? Then its appends are told. */
  async #wasCommitted(id: string): Promise<boolean> {
    try {
      const on = await this.#writer.get();
      const [row] = await query(on, 'select outcomes from batch where id = $1', [id]);
      if (row === undefined || this.#planned?.id !== id) return false;
      settleAppends(this.#planned.plan.appends, outcomesFromText(textOf(row['outcomes'])));
      return true;
    } catch (cause) {
      this.#writer.drop();
      throw new StorageError('outcome-unknown', 'it is not known whether the batch was committed', { cause });
    }
  }

  /** Runs `body` in a transaction. `committed` is called when it is durable. */
  async #transaction<T>(body: (on: pg.Client) => Promise<{ result: T; committed?: () => void }>): Promise<T> {
    const on = await this.#writer.get();
    let answer;
    try {
      await on.query('begin');
      answer = await body(on);
    } catch (thrown) {
      const error = toError(thrown);
      await this.#writer.rollBack(error);
      throw databaseError(error);
    }
    try {
      const { command } = await on.query('commit');
      if (command !== 'COMMIT') throw new Error(`the database answered ${command} to commit`);
    } catch (cause) {
      this.#writer.drop();
      throw new StorageError('outcome-unknown', `a commit was not answered: ${toError(cause).message}`, { cause });
    }
    answer.committed?.();
    return answer.result;
  }

  async #exclusively<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#idle.then(run);
    this.#idle = result.catch(() => undefined);
    return result;
  }

  /** The number of a store for reads; one that has no row yet has nothing in it. */
  async #number(store: StoreRef): Promise<number> {
    return this.#numbers.get(storeText(store)) ?? (await this.#reader.storeNumber(store)) ?? -1;
  }

  /** Gives all stores of a batch a row, before its transaction: so the numbers stay true if that is rolled back. */
  async #learnNumbers(units: Batch['units']): Promise<void> {
    for (const store of storesOf(units)) {
      const name = storeText(store);
      if (this.#numbers.has(name)) continue;
      const on = await this.#writer.get();
      try {
        const values = [store.host, store.name];
        await query(on, 'insert into store (host, name) values ($1, $2) on conflict do nothing', values);
        const [row] = await query(on, STORE_NUMBER, values);
        this.#numbers.set(name, numberOf(row?.['id']));
      } catch (thrown) {
        const error = toError(thrown);
        await this.#writer.rollBack(error);
        throw databaseError(error);
      }
    }
  }
}

async function applyEffects(on: Queryable, effects: Effects): Promise<readonly AppendOutcome[]> {
  for (const purged of effects.purged) {
    await purgeCells(on, CELL, purged);
    await purgeCells(on, COUNTER, purged);
  }
  await writeCells(on, CELL, effects.cells);
  await writeCells(on, COUNTER, effects.counters);
  return writeArchives(on, effects.archives);
}

function storesOf(units: Batch['units']): Set<StoreRef> {
  const stores = new Set<StoreRef>();
  for (const { operations } of units) {
    for (const operation of operations) {
      if (operation.kind !== 'purge') stores.add(operation.store);
      else for (const store of operation.stores.values()) stores.add(store);
    }
  }
  return stores;
}

function storeText({ host, name }: StoreRef): string {
  return `${host}\0${name}`;
}
