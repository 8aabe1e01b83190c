/** PostgreSQL schemas for the conformance suite. */
import pg from 'pg';
import type { ReusableMedium } from '../../conformance/media-pool.ts';
import { MemoryBlobs } from '../../memory/memory-blobs.ts';
import { openPostgresqlDriver } from '../postgresql/postgresql-storage.ts';

let schemas = 0;

/** A new schema in a database. */
export async function postgresqlMedium(url: string): Promise<ReusableMedium> {
  const schema = `conformance_${process.pid}_${++schemas}`;
  const driver = await openPostgresqlDriver({
    url,
    schema,
    copies: '',
    lockWait: 0,
    warn: () => undefined,
  });
  return {
    driver,
    blobs: () => new MemoryBlobs(),
    empty: async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const tables = ['cell', 'counter', 'entry', 'archive'].map((table) => `delete from "${schema}".${table}`);
      await client.query(tables.join('; '));
      await client.end();
    },
  };
}
