/** Writes batches to SQLite. Runs in the storage thread; the connection is its own. */
import type { Known, Needs } from '../batch-plan.ts';
import { numberOf, textOf } from '../columns.ts';
import type { CellEffects, CellName } from '../effects.ts';
import { NEVER } from '../find.ts';
import { seqFrom } from './archive-lookup.ts';
import { ArchiveWriter } from './archive-writer.ts';
import { Arrivals } from './arrivals.ts';
import { outcomesToText } from '../outcomes.ts';
import type { StoreRow, WriteBatch } from './protocol.ts';
import type { Statements } from './statements.ts';

/** What differs between cells and counters. */
interface CellTable {
  readonly get: string;
  readonly put: string;
  readonly remove: string;
  readonly clear: string;
  readonly purge: string;
}

const CELL = tableSql('cell');
const COUNTER = tableSql('counter');

function tableSql(table: string): CellTable {
  return {
    get: `select value from ${table} where store = ?1 and owner = ?2 and key = ?3`,
    put: `insert into ${table} values (?1, ?2, ?3, ?4)
      on conflict (store, owner, key) do update set value = excluded.value`,
    remove: `delete from ${table} where store = ?1 and owner = ?2 and key = ?3`,
    clear: `delete from ${table} where store = ?1 and owner = ?2`,
    purge: `delete from ${table} where owner = ?1 and store in (select id from store where host = ?2)`,
  };
}

/** See the file's comment. */
export class SqliteWriter {
  readonly #sql: Statements;
  readonly #arrivals: Arrivals;

  constructor(sql: Statements) {
    this.#sql = sql;
    this.#arrivals = new Arrivals(sql);
  }

  /** See `WriterMethods.known`. */
  known({ cells, counters }: Needs): Known {
    const value = ({ get }: CellTable, { store, owner, key }: CellName): unknown =>
      this.#sql.row(get, store, owner, key)?.['value'];
    return {
      cells: cells.map((name) => {
        const text = value(CELL, name);
        return text === undefined ? undefined : textOf(text);
      }),
      counters: counters.map((name) => {
        const count = value(COUNTER, name);
        return count === undefined ? undefined : numberOf(count);
      }),
    };
  }

  /** See `WriterMethods.commit`. */
  commit({ id, stores, effects, archives: writes }: WriteBatch): string {
    const archives = new ArchiveWriter(this.#sql, this.#arrivals);
    let outcomes = '';
    this.#transaction(() => {
      for (const store of stores) {
        this.#sql.run('insert into store values (?1, ?2, ?3) on conflict do nothing', store.id, store.host, store.name);
      }
      for (const { host, owner } of effects.purged) {
        for (const { purge } of [CELL, COUNTER]) this.#sql.run(purge, owner, host);
      }
      this.#writeCells(CELL, effects.cells);
      this.#writeCells(COUNTER, effects.counters);
      for (const write of writes) archives.write(write);
      outcomes = outcomesToText(archives.outcomes);
      this.#sql.run('update batch set id = ?1, outcomes = ?2', id, outcomes);
    });
    return outcomes;
  }

  /** See `WriterMethods.outcomeOf`. */
  outcomeOf(id: string): string | undefined {
    const row = this.#sql.row('select outcomes from batch where id = ?1', id);
    return row === undefined ? undefined : textOf(row['outcomes']);
  }

  /** See `WriterMethods.settle`. */
  settle(): undefined {
    this.#transaction(() => this.#arrivals.settle());
    return undefined;
  }

  /** See `WriterMethods.settleArchive`. */
  settleArchive(store: number, owner: string): undefined {
    this.#transaction(() => this.#arrivals.settleArchive(store, owner));
    return undefined;
  }

  /** See `WriterMethods.settleSome`. */
  settleSome(limit: number): boolean {
    return this.#transaction(() => this.#arrivals.settleSome(limit));
  }

  /** See `Driver.expire`. */
  expire(store: number, before: number, limit: number): number {
    return this.#transaction(() => {
      this.#arrivals.settle();
      let count = 0;
      while (count < limit) {
        const row = this.#sql.row(
          'select id from archive where store = ?1 and oldest < ?2 order by oldest limit 1',
          store,
          before,
        );
        if (row === undefined) break;
        count += this.#expireOne(numberOf(row['id']), before, limit - count);
      }
      return count;
    });
  }

  /** See `WriterMethods.stores`. */
  stores(): readonly StoreRow[] {
    return this.#sql
      .rows('select id, host, name from store')
      .map(({ id, host, name }) => ({ id: numberOf(id), host: textOf(host), name: textOf(name) }));
  }

  #transaction<T>(body: () => T): T {
    try {
      return this.#sql.transaction('immediate', body);
    } catch (error) {
      this.#arrivals.load();
      throw error;
    }
  }

  #expireOne(archive: number, before: number, limit: number): number {
    const old = 'select seq from entry where archive = ?1 and seq < ?2 order by seq limit ?3';
    const count = this.#sql.run(
      `delete from entry where archive = ?1 and seq in (${old})`,
      archive,
      seqFrom(this.#sql, archive, before),
      limit,
    );
    const first = this.#sql.row('select at from entry where archive = ?1 order by seq limit 1', archive);
    const oldest = first === undefined ? NEVER : numberOf(first['at']);
    this.#sql.run('update archive set oldest = ?2 where id = ?1', archive, oldest);
    return count;
  }

  #writeCells<T extends string | number>(table: CellTable, { cleared, values }: CellEffects<T>): void {
    for (const { store, owner } of cleared) this.#sql.run(table.clear, store, owner);
    for (const { store, owner, key, value } of values) {
      if (value === undefined) this.#sql.run(table.remove, store, owner, key);
      else this.#sql.run(table.put, store, owner, key, value);
    }
  }
}
