/**
 * Backup and restore of a PostgreSQL schema. A backup is a SQLite database, the same as that of a server on SQLite: so
 * it needs no tools of PostgreSQL, can be looked into, and moves the data from one kind of storage to the other.
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { SQLInputValue } from 'node:sqlite';
import pg from 'pg';
import { newArchiveEpoch } from '../../archive-id.ts';
import { BACKUP_TABLES } from '../backup-tables.ts';
import type { BackupTable } from '../backup-tables.ts';
import { numberOf, textOf } from '../columns.ts';
import type { Row } from '../columns.ts';
import { MIGRATIONS } from '../migrations/migrations.ts';
import type { Progress } from '../progress.ts';
import { checkBackup } from '../sqlite/backup.ts';
import { migrateSqlite } from '../sqlite/migrate.ts';
import { openForWriting } from '../sqlite/open-database.ts';
import type { Statements } from '../sqlite/statements.ts';
import { syncFile } from '../sync-file.ts';
import { clientConfig, query, sessionSettings } from './connect.ts';
import type { PostgresqlPlace } from './connect.ts';
import { migratePostgresql, schemaVersion } from './migrate.ts';
import { WriterConnection } from './writer-connection.ts';

/** Rows that are copied at once. */
const ROWS = 500;

/**
 * Copies the data as it is at one moment, while a server may be writing. The file appears under its name when it is
 * complete and on disk.
 * @param progress rows copied, of about how many
 * @param version step that the schema is at, and the copy is to be at
 * @throws Error if the file is there already, or the data cannot be read
 */
export async function backupPostgresql(
  place: PostgresqlPlace,
  file: string,
  progress?: Progress,
  version: number = MIGRATIONS.length,
): Promise<void> {
  if (existsSync(file)) throw new Error(`${file} is there already`);
  const part = `${file}.part`;
  removeDatabase(part);
  writeFileSync(part, '', { mode: 0o600 }); // it holds the keys of accounts
  const client = new pg.Client(clientConfig(place));
  client.on('error', () => undefined); // what is under way gets it too
  try {
    await client.connect();
    await client.query(sessionSettings(place));
    await client.query('set statement_timeout = 0');
    const found = await schemaVersion(client);
    if (found !== version) throw new Error(`the schema is ${found}, and ${version} is needed`);
    const sql = openForWriting(part, 'full');
    try {
      migrateSqlite(sql, part, MIGRATIONS.slice(0, version));
      await copyFrom(client, sql, progress);
      sql.database.exec('pragma journal_mode = delete');
    } finally {
      sql.database.close();
    }
    syncFile(part);
    renameSync(part, file);
    syncFile(dirname(file));
  } finally {
    removeDatabase(part);
    await client.end();
  }
}

/**
 * Replaces all data of a schema by a backup, in one transaction. Archives begin a new epoch: an id given out after the
 * backup was made is not given again. The data from before is copied to `SCHEMA.before-restore-TIME.sqlite`.
 * @param copies folder for that copy
 * @param progress rows written, of how many
 * @returns path of the copy, if there was any data
 * @throws Error if a server uses the data, or the file is no sound backup; nothing is changed then
 */
export async function restorePostgresql(
  file: string,
  place: PostgresqlPlace,
  copies: string,
  progress?: Progress,
): Promise<string | undefined> {
  checkBackup(file);
  const writer = new WriterConnection(place);
  try {
    const client = await writer.open(0); // from here on nobody else restores, so files have fixed names
    mkdirSync(copies, { recursive: true, mode: 0o700 });
    removeLeft(copies, place.schema);
    // A backup may come from an older server, and must not be changed.
    const copy = join(copies, `.${place.schema}-restoring.sqlite`);
    copyFileSync(file, copy);
    chmodSync(copy, 0o600);
    const sql = openForWriting(copy, 'normal');
    try {
      migrateSqlite(sql, copy);
      await migratePostgresql(client, place.schema);
      const before = await copyAside(client, place, copies);
      await copyTo(client, sql, progress);
      return before;
    } finally {
      sql.database.close();
      removeDatabase(copy);
    }
  } finally {
    await writer.close();
  }
}

/** What restores that were killed left: copies with the keys of accounts. */
function removeLeft(copies: string, schema: string): void {
  for (const name of readdirSync(copies)) {
    const left =
      name.startsWith(`.${schema}-restoring.sqlite`) ||
      (name.startsWith(`${schema}.before-restore-`) && name.includes('.sqlite.part'));
    if (left) rmSync(join(copies, name));
  }
}

async function copyAside(client: pg.Client, place: PostgresqlPlace, copies: string): Promise<string | undefined> {
  if ((await query(client, 'select 1 from store limit 1')).length === 0) return undefined;
  const copy = join(copies, `${place.schema}.before-restore-${new Date().toISOString().replaceAll(':', '')}.sqlite`);
  await backupPostgresql(place, copy);
  return copy;
}

async function copyFrom(client: pg.Client, sql: Statements, progress: Progress | undefined): Promise<void> {
  await client.query('begin isolation level repeatable read read only');
  const estimated = await query(
    client,
    'select sum(greatest(reltuples, 0))::bigint as rows from pg_class where relnamespace = current_schema()::regnamespace and relname = any ($1)',
    [BACKUP_TABLES.map(({ name }) => name)],
  );
  const whole = numberOf(estimated[0]?.['rows']);
  let done = 0;
  for (const { name, columns } of BACKUP_TABLES) {
    const known = sql.rows('select name from pragma_table_info(?1)', name).map((row) => textOf(row['name']));
    const names = Object.keys(columns).filter((column) => known.includes(column)); // an older step may lack some
    const insert = `insert into ${name} (${names.join()}) values (${names.map((_, i) => `?${i + 1}`).join()})`;
    await client.query(`declare rows no scroll cursor for select ${names.join()} from ${name}`);
    for (;;) {
      const { rows } = await client.query<Row>(`fetch ${ROWS} from rows`);
      if (rows.length === 0) break;
      sql.transaction('immediate', () => {
        for (const row of rows) sql.run(insert, ...names.map((column) => inputValue(row[column])));
      });
      done += rows.length;
      progress?.(done, Math.max(done, whole));
    }
    await client.query('close rows');
  }
  await client.query('commit');
  progress?.(done, done);
}

async function copyTo(client: pg.Client, sql: Statements, progress: Progress | undefined): Promise<void> {
  const count = ({ name }: BackupTable): number => numberOf(sql.row(`select count(*) as rows from ${name}`)?.['rows']);
  const whole = BACKUP_TABLES.reduce((sum, table) => sum + count(table), 0);
  let done = 0;
  await client.query('begin');
  await client.query('set local statement_timeout = 0');
  await client.query(`truncate ${BACKUP_TABLES.map(({ name }) => name).join()}`);
  for (const { name, columns } of BACKUP_TABLES) {
    const names = Object.keys(columns);
    const arrays = Object.values(columns).map((type, i) => `$${i + 1}::${type}[]`);
    const insert = `insert into ${name} (${names.join()}) overriding system value select * from unnest(${arrays.join()})`;
    for (const rows of chunks(sql, name, names)) {
      await query(
        client,
        insert,
        names.map((column) => rows.map((row) => row[column])),
      );
      done += rows.length;
      progress?.(done, whole);
    }
  }
  await client.query('update archive set epoch = $1', [newArchiveEpoch()]);
  for (const table of ['store', 'archive']) {
    await client.query(
      `select setval(pg_get_serial_sequence($1, 'id'), (select coalesce(max(id), 0) + 1 from ${table}), false)`,
      [table],
    );
  }
  await client.query('commit');
}

/** The rows of a table, some at a time. */
function* chunks(sql: Statements, table: string, columns: readonly string[]): Iterable<readonly Row[]> {
  let rows: Row[] = [];
  for (const row of sql.each(`select ${columns.join()} from ${table}`)) {
    rows.push(row);
    if (rows.length < ROWS) continue;
    yield rows;
    rows = [];
  }
  if (rows.length > 0) yield rows;
}

function inputValue(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  if (value instanceof Uint8Array) return value;
  throw new Error(`a column holds ${typeof value}`);
}

function removeDatabase(file: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(file + end, { force: true });
}
