/** The storage of a server that keeps its data in PostgreSQL, and uploads in files. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { DriverStorage, STORAGE_DEFAULTS } from '../../driver-storage.ts';
import { FileBlobs } from '../../files/file-blobs.ts';
import type { Storage } from '../../stores.ts';
import { MIGRATIONS } from '../migrations/migrations.ts';
import type { PostgresqlPlace } from './connect.ts';
import { migratePostgresql } from './migrate.ts';
import { PostgresqlDriver } from './postgresql-driver.ts';
import { PostgresqlReader } from './postgresql-reader.ts';
import { WriterConnection } from './writer-connection.ts';

/** Where the data is. */
export interface PostgresqlOptions {
  /** `postgresql://USER:PASSWORD@HOST:PORT/DATABASE` */
  readonly url: string;
  /** Schema of the tables, made if it is not there. */
  readonly schema: string;
  /** Folder for a copy of the data that is made before the schema is changed. */
  readonly copies: string;
  /** Folder of uploads. */
  readonly blobs: string;
  /** Milliseconds to wait for another server to give up the data. */
  readonly lockWait: number;
  /** Is told why attempts to write failed. */
  readonly report: (error: Error) => void;
  /** Is told of settings of the database that lose data, and of a copy that was made. */
  readonly warn: (message: string) => void;
}

/** Settings without which a commit may be lost, and the values that are dangerous. */
const DANGEROUS: Readonly<Record<string, string>> = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
};

/**
 * Opens the data: takes the lock, brings the schema up to date, checks the settings of the database.
 * @throws Error if another server uses the data, or the database cannot be used
 */
export async function openPostgresqlStorage(options: PostgresqlOptions): Promise<Storage> {
  const driver = await openPostgresqlDriver(options);
  const { report } = options;
  const blobs = new FileBlobs(options.blobs);
  return new DriverStorage(driver, blobs, { ...STORAGE_DEFAULTS, schedule: setImmediate, report });
}

/** The same without the rest of the storage. */
export async function openPostgresqlDriver(
  options: Omit<PostgresqlOptions, 'blobs' | 'report'>,
): Promise<PostgresqlDriver> {
  const place = placeOf(options);
  const writer = new WriterConnection(place);
  try {
    const client = await writer.open(options.lockWait);
    await check(client, options.warn);
    await migratePostgresql(client, place.schema, MIGRATIONS, (version) => copyBefore(place, version, options));
    return new PostgresqlDriver(writer, new PostgresqlReader(place));
  } catch (error) {
    await writer.close();
    throw error;
  }
}

/** The file replaces one from an attempt whose step failed: data may have been written since. */
async function copyBefore(
  place: PostgresqlPlace,
  version: number,
  { copies, warn }: Pick<PostgresqlOptions, 'copies' | 'warn'>,
): Promise<void> {
  const { backupPostgresql } = await import('./backup.ts');
  const file = join(copies, `${place.schema}.before-${version + 1}.sqlite`);
  mkdirSync(copies, { recursive: true, mode: 0o700 });
  rmSync(file, { force: true });
  await backupPostgresql(place, file, undefined, version);
  warn(`the database was copied to ${file} before its schema was changed`);
}

/** The place with a name that no other process has. */
export function placeOf({ url, schema }: Pick<PostgresqlOptions, 'url' | 'schema'>): PostgresqlPlace {
  return {
    url,
    schema,
    name: `couplet ${process.pid} on ${hostname().slice(0, 30)} ${randomBytes(4).toString('hex')}`,
  };
}

async function check(client: pg.Client, warn: (message: string) => void): Promise<void> {
  const { rows } = await client.query<{ name: string; setting: string }>(
    'select name, setting from pg_settings where name = any ($1)',
    [['server_encoding', ...Object.keys(DANGEROUS)]],
  );
  for (const { name, setting } of rows) {
    if (name === 'server_encoding' && setting !== 'UTF8') {
      throw new Error(`the encoding of the database is ${setting}: make one with encoding UTF8`);
    }
    if (DANGEROUS[name] === setting) warn(`${name} of the database is ${setting}: what is acknowledged can be lost`);
  }
}
