import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { TestPostgres } from '../../../../test/support/postgres.ts';
import { inUnit, numbers } from '../../conformance/fixture.ts';
import type { Storage } from '../../stores.ts';
import type { Migration } from '../migrations/migration.ts';
import { MIGRATIONS } from '../migrations/migrations.ts';
import { openForReading } from '../sqlite/open-database.ts';
import { backupPostgresql } from './backup.ts';
import { migratePostgresql, schemaVersion } from './migrate.ts';
import { openPostgresqlStorage, type PostgresqlOptions } from './postgresql-storage.ts';

const directory = mkdtempSync(join(tmpdir(), 'couplet-migrate-'));
let server: TestPostgres;
let client: pg.Client;
let schema: string;
let schemas = 0;

beforeAll(async () => {
  server = await TestPostgres.start();
});

afterAll(async () => {
  await server.remove();
  rmSync(directory, { recursive: true });
});

async function connect(): Promise<pg.Client> {
  const made = new pg.Client({ connectionString: server.url() });
  made.on('error', () => undefined);
  await made.connect();
  await made.query(`set search_path = ${schema}`);
  return made;
}

beforeEach(async () => {
  schema = `migrate_${++schemas}`;
  client = await connect();
});

afterEach(() => client.end());

const step = (number: number, postgresql: string): Migration => ({ number, title: 'test', sqlite: '', postgresql });
const first = step(1, 'create table a (x integer); insert into a values (1)');

async function migrate(...steps: Migration[]): Promise<number[]> {
  const copied: number[] = [];
  await migratePostgresql(client, schema, steps, async (version) => void copied.push(version));
  return copied;
}

test('a schema with data is copied before it is changed, a new one is not, nor one that stays as it is', async () => {
  expect(await migrate(first)).toEqual([]);
  expect(await migrate(first, step(2, ''))).toEqual([]);
  expect(await migrate(first, step(2, ''), step(3, 'update a set x = 2'))).toEqual([2]);
  expect(await migrate(first, step(2, ''), step(3, 'update a set x = 2'))).toEqual([]);
  expect((await client.query('select x from a')).rows).toEqual([{ x: 2 }]);
});

test('where it cannot be copied it is not changed', async () => {
  await migrate(first);
  const full = async (): Promise<never> => Promise.reject(new Error('disk full'));
  await expect(migratePostgresql(client, schema, [first, step(2, 'drop table a')], full)).rejects.toThrow('full');
  expect(await schemaVersion(client)).toBe(1);
});

test('R20: a step that fails half-way leaves nothing, and the next start goes on from there', async () => {
  await migrate(first);
  const broken = step(3, 'create table c (x integer); insert into nowhere values (1)');
  await expect(migrate(first, step(2, 'create table b (x integer)'), broken)).rejects.toThrow('nowhere');
  expect(await schemaVersion(client)).toBe(2);
  await migrate(first, step(2, 'create table b (x integer)'), step(3, 'create table c (x integer)'));
  expect(await schemaVersion(client)).toBe(3);
});

test('R20: a server that is killed in the midst of a step leaves nothing', async () => {
  await migrate(first);
  const slow = migrate(first, step(2, 'create table b (x integer); select pg_sleep(30)')).catch(
    (error: unknown) => error,
  );
  await sleep(200);
  const other = await connect();
  await other.query('select pg_terminate_backend(pid) from pg_stat_activity where query like $1', ['create table b%']);
  expect(await slow).toBeInstanceOf(Error);
  await client.end().catch(() => undefined);
  client = other;
  expect(await schemaVersion(client)).toBe(1);
  await migrate(first, step(2, 'create table b (x integer)'));
  expect(await schemaVersion(client)).toBe(2);
});

test('R20: two servers that start at once on a new schema: the second one waits for the first', async () => {
  const opened: Storage[] = [];
  const open = async (): Promise<void> => {
    const storage = await openPostgresqlStorage(options());
    opened.push(storage);
    expect(opened).toHaveLength(1);
    await sleep(100);
    opened.pop();
    await storage.close();
  };
  await Promise.all([open(), open()]);
  expect(await schemaVersion(client)).toBe(MIGRATIONS.length);
});

test('the copy holds the data, and has the step that it was made at', async () => {
  const storage = await openPostgresqlStorage(options());
  await inUnit(storage, (unit) => storage.keyed('host.test', 'numbers', numbers).put(unit, 'a', 7)).settled();
  await storage.close();
  await client.query('delete from migration where number > 1');
  const file = join(directory, 'copy.sqlite');
  const place = { url: server.url(), schema, name: 'test' };
  await migratePostgresql(
    client,
    schema,
    [...MIGRATIONS, step(MIGRATIONS.length + 1, 'create table c ()')],
    (version) => backupPostgresql(place, file, undefined, version),
  );
  const copy = openForReading(file);
  expect(copy.row('pragma user_version')).toEqual({ user_version: 1 });
  expect(copy.row('select value from cell')).toEqual({ value: '7' });
  copy.database.close();
});

function options(): PostgresqlOptions {
  return {
    url: server.url(),
    schema,
    copies: directory,
    blobs: directory,
    lockWait: 5000,
    report: () => undefined,
    warn: () => undefined,
  };
}
