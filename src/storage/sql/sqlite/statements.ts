/** Prepared statements of one SQLite connection, kept by their text. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Row } from '../columns.ts';

/** Runs fixed SQL. Texts must come from a bounded set, since each is kept prepared. */
export class Statements {
  readonly database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.database = database;
  }

  /** Runs a statement and returns how many rows it changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  /** The first row. */
  row(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepare(sql).get(...values);
  }

  /** All rows. */
  rows(sql: string, ...values: SQLInputValue[]): readonly Row[] {
    return this.#prepare(sql).all(...values);
  }

  /** All rows, one after the other. Until the last one came, the statement must not be used again. */
  each(sql: string, ...values: SQLInputValue[]): Iterable<Row> {
    return this.#prepare(sql).iterate(...values);
  }

  /** Runs `body` in a transaction; rolls back what fails. `mode` is `deferred` for reads. */
  transaction<T>(mode: 'deferred' | 'immediate', body: () => T): T {
    this.#prepare(mode === 'deferred' ? 'begin' : 'begin immediate').run();
    try {
      const result = body();
      this.#prepare('commit').run();
      return result;
    } catch (error) {
      // SQLite has rolled back by itself after some errors.
      if (this.database.isTransaction) this.#prepare('rollback').run();
      throw error;
    }
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.database.prepare(sql);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }
}
