/** Brings the schema of a PostgreSQL database up to date. Whoever calls holds the lock of the data. */
import type pg from 'pg';
import { numberOf } from '../columns.ts';
import type { Migration } from '../migrations/migration.ts';
import { MIGRATIONS } from '../migrations/migrations.ts';
import { quoted } from './connect.ts';

/**
 * Runs the steps that are missing, each in a transaction of its own.
 * @param copy is called before the first step that changes a schema with data in it, with the step it is at
 * @throws Error if a newer server made the schema
 */
export async function migratePostgresql(
  client: pg.Client,
  schema: string,
  migrations: readonly Migration[] = MIGRATIONS,
  copy: (version: number) => Promise<void> = async () => undefined,
): Promise<void> {
  await client.query(`create schema if not exists ${quoted(schema)}`);
  await client.query(
    'create table if not exists migration (number integer primary key, title text not null, at timestamptz not null)',
  );
  const version = await schemaVersion(client);
  if (version > migrations.length) {
    throw new Error(
      `schema ${schema} has step ${version} and this server knows ${migrations.length}: a newer one made it`,
    );
  }
  const missing = migrations.filter((step) => step.number > version);
  if (version > 0 && missing.some(({ postgresql }) => postgresql !== '')) await copy(version);
  for (const { number, title, postgresql } of missing) {
    await client.query('begin');
    try {
      await client.query('set local statement_timeout = 0');
      await client.query(postgresql);
      await client.query('insert into migration values ($1, $2, now())', [number, title]);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw error;
    }
  }
}

/** Number of the last step that was run. */
export async function schemaVersion(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ version: number }>('select coalesce(max(number), 0) as version from migration');
  return numberOf(rows[0]?.version);
}
