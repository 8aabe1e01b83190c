/** The storage of a server that keeps its data in a folder: a SQLite database and files. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DriverStorage, STORAGE_DEFAULTS } from '../../driver-storage.ts';
import { FileBlobs } from '../../files/file-blobs.ts';
import type { Storage } from '../../stores.ts';
import { DataLock } from './data-lock.ts';
import { migrateSqlite } from './migrate.ts';
import { openForWriting } from './open-database.ts';
import type { Synchronous } from './open-database.ts';
import { SqliteDriver } from './sqlite-driver.ts';

/** Where the data is and how it is written. */
export interface SqliteOptions {
  /** Folder of all data; made, for the owner alone, if it is not there. */
  readonly directory: string;
  readonly synchronous: Synchronous;
  /** Is told why attempts to write failed. */
  readonly report: (error: Error) => void;
  /** Is told the path of the copy made before the schema was changed. */
  readonly copied?: (path: string) => void;
}

/** Path of the database in a data folder. */
export function databaseIn(directory: string): string {
  return join(directory, 'couplet.sqlite');
}

/**
 * Opens the data: takes the lock, brings the schema up to date, starts the storage threads.
 * @throws Error if another server uses the folder, or the database is not ours
 */
export async function openSqliteStorage({ directory, synchronous, report, copied }: SqliteOptions): Promise<Storage> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = new DataLock(directory);
  try {
    const file = databaseIn(directory);
    const copy = migrate(file);
    if (copy !== undefined) copied?.(copy);
    const driver = await SqliteDriver.open(file, synchronous, () => lock.release());
    const blobs = new FileBlobs(join(directory, 'blobs'));
    return new DriverStorage(driver, blobs, { ...STORAGE_DEFAULTS, schedule: setImmediate, report });
  } catch (error) {
    lock.release();
    throw error;
  }
}

function migrate(file: string): string | undefined {
  const sql = openForWriting(file, 'full');
  try {
    return migrateSqlite(sql, file);
  } finally {
    sql.database.close();
  }
}
