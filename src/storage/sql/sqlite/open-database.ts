/** Opens SQLite databases the way this server uses them. */
import { DatabaseSync } from 'node:sqlite';
import { Statements } from './statements.ts';

/** `PRAGMA application_id` of our databases: "Cplt". */
export const APPLICATION_ID = 0x43706c74;

/** Milliseconds to wait for a lock that another program holds, such as a shell that reads the file. */
const BUSY_TIMEOUT = 5000;

/**
 * How much a commit survives. `full`: power cuts. `normal`: a crash of the server; the last commits before a power cut
 * may be lost, though the database stays whole.
 */
export type Synchronous = 'full' | 'normal';

/** Bytes of a page of a new database: fewer and larger ones are written faster. */
const PAGE_SIZE = 8192;

/** Pages of the WAL after which a commit itself does the checkpoint; an idle writer does it long before. */
const CHECKPOINT_PAGES = 8000;

/** Opens the database for the writer, and makes it if there is none. */
export function openForWriting(file: string, synchronous: Synchronous): Statements {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT });
  database.exec(`
    pragma page_size = ${PAGE_SIZE};
    pragma journal_mode = wal;
    pragma synchronous = ${synchronous};
    pragma wal_autocheckpoint = ${CHECKPOINT_PAGES};
    pragma cache_size = -8192;
    pragma journal_size_limit = 67108864;
    pragma trusted_schema = off;
  `);
  return new Statements(database);
}

/** Opens a database that is there, for reading alone. @throws Error if it cannot be opened */
export function openForReading(file: string): Statements {
  const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT });
  database.exec('pragma trusted_schema = off');
  return new Statements(database);
}
