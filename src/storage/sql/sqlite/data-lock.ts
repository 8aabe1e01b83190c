/**
 * One server for each data folder.
 *
 * The lock is an exclusive transaction on `lock.sqlite`. The operating system ends it with the process, however that
 * ends, and it holds across containers that share the folder, where process numbers mean nothing. Who holds it is
 * written beside it, for people to read.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { toError } from '../../to-error.ts';

/** SQLITE_BUSY */
const BUSY = 5;

/** Locks that are held: one that the garbage collector took would be given up. */
const held = new Set<DataLock>();

/** A held lock. */
export class DataLock {
  readonly #database: DatabaseSync;
  readonly #holder: string;

  /**
   * Takes the lock.
   * @throws Error that names the holder if another server has it
   */
  constructor(directory: string) {
    this.#holder = join(directory, 'lock.holder');
    this.#database = new DatabaseSync(join(directory, 'lock.sqlite'), { timeout: 0 });
    try {
      this.#database.exec('begin exclusive');
    } catch (thrown) {
      this.#database.close();
      const error = toError(thrown);
      if (!('errcode' in error) || error.errcode !== BUSY) throw error;
      throw new Error(`another server uses ${directory}: ${this.#readHolder()}`, { cause: error });
    }
    held.add(this);
    writeFileSync(this.#holder, `process ${process.pid} on ${hostname()} since ${new Date().toISOString()}\n`);
  }

  /** Gives the lock back. */
  release(): void {
    held.delete(this);
    rmSync(this.#holder, { force: true });
    this.#database.close();
  }

  #readHolder(): string {
    try {
      return readFileSync(this.#holder, 'utf8').trim();
    } catch {
      return 'its name is not known';
    }
  }
}
