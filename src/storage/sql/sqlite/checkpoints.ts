/** Moves the WAL into the database while nothing is written, so that commits need not do it. */
import type { Statements } from './statements.ts';

/** Milliseconds after the first write that a checkpoint waits for. */
const PAUSE = 1000;

/** The checkpoints of one writing connection. */
export class Checkpoints {
  readonly #sql: Statements;
  #timer: NodeJS.Timeout | undefined;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /** Something is written now. */
  written(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#sql.rows('pragma wal_checkpoint(passive)');
    }, PAUSE);
  }

  /** No more checkpoints. */
  stop(): void {
    clearTimeout(this.#timer);
  }
}
