/** Moves the WAL into the database when nothing has been written for a while, so that commits need not do it. */
import type { Statements } from './statements.ts';

/** Milliseconds between two looks. */
const PAUSE = 1000;

/** The checkpoints of one writing connection. */
export class Checkpoints {
  readonly #sql: Statements;
  #timer: NodeJS.Timeout | undefined;
  #busy = false;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /** Something is written now. */
  written(): void {
    this.#busy = true;
    this.#timer ??= setInterval(() => {
      if (!this.#busy) {
        this.stop();
        this.#sql.rows('pragma wal_checkpoint(passive)');
      }
      this.#busy = false;
    }, PAUSE);
  }

  /** No more checkpoints. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
