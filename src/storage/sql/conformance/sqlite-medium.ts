/** SQLite databases for the conformance suite. */
import { join } from 'node:path';
import type { ReusableMedium } from '../../conformance/media-pool.ts';
import { StoreRef } from '../../store-ref.ts';
import { MemoryBlobs } from '../../memory/memory-blobs.ts';
import { migrateSqlite } from '../sqlite/migrate.ts';
import { openForWriting } from '../sqlite/open-database.ts';
import { SqliteDriver } from '../sqlite/sqlite-driver.ts';

let databases = 0;

/** A new database in a folder. It survives no power cut: nobody pulls the plug in these tests. */
export async function sqliteMedium(directory: string): Promise<ReusableMedium> {
  const file = join(directory, `${++databases}.sqlite`);
  const sql = openForWriting(file, 'normal');
  migrateSqlite(sql, file);
  const driver = await SqliteDriver.open(file, 'normal');
  const any = new StoreRef('other.test', 'any', 'archive', { accept: () => undefined }, undefined);
  return {
    driver,
    blobs: () => new MemoryBlobs(),
    empty: async () => {
      await driver.expire(any, 0, 0); // of archives it knows nothing afterwards
      sql.database.exec(
        'delete from cell; delete from counter; delete from entry; delete from journal; delete from archive',
      );
    },
  };
}
