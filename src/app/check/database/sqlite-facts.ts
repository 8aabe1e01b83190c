/** What there is to know about a SQLite database, read while the server may be running. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { numberOf } from '../../../storage/sql/columns.ts';
import { MIGRATIONS } from '../../../storage/sql/migrations/migrations.ts';
import { APPLICATION_ID, openForReading } from '../../../storage/sql/sqlite/open-database.ts';
import { databaseIn } from '../../../storage/sql/sqlite/sqlite-storage.ts';
import { diskOf } from '../machine/disk.ts';
import type { DatabaseFacts } from './database.ts';

/** Bytes of a database that is checked in passing: a second or two. */
const CHECKED = 1e9;

/** Look at the database in a folder of data. */
export function sqliteFacts(directory: string): DatabaseFacts {
  const known = MIGRATIONS.length;
  const disk = diskOf(directory);
  const common = { kind: 'sqlite', known, ...(disk !== undefined && { disk }) } as const;
  const file = databaseIn(directory);
  const bytes = sizeOf(file);
  if (bytes === undefined) return { ...common, empty: true };
  try {
    const sql = openForReading(file);
    try {
      const schema = numberOf(sql.row('pragma user_version')?.['user_version']);
      const owner = numberOf(sql.row('pragma application_id')?.['application_id']);
      const integrity = bytes > CHECKED ? undefined : String(sql.row('pragma quick_check(1)')?.['quick_check']);
      const version = `SQLite ${String(sql.row('select sqlite_version() as version')?.['version'])}`;
      const walBytes = sizeOf(`${file}-wal`) ?? 0;
      const holder = holderOf(directory);
      const found = {
        ...common,
        version,
        schema,
        bytes,
        walBytes,
        holder,
        ...(integrity !== undefined && { integrity }),
      };
      return owner === APPLICATION_ID ? found : { ...common, foreign: true };
    } finally {
      sql.database.close();
    }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (/not a database/.test(text)) return { ...common, foreign: true };
    if (/malformed/.test(text)) return { ...common, integrity: text };
    return { ...common, problem: `${file}: ${text}` };
  }
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

function holderOf(directory: string): string | undefined {
  try {
    return readFileSync(join(directory, 'lock.holder'), 'utf8').trim();
  } catch {
    return undefined; // nobody holds it, or it is not ours to read
  }
}
