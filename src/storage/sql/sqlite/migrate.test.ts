import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Migration } from '../migrations/migration.ts';
import { NEVER } from '../find.ts';
import { MIGRATIONS } from '../migrations/migrations.ts';
import { migrateSqlite, schemaVersion } from './migrate.ts';
import { openForReading, openForWriting } from './open-database.ts';
import type { Statements } from './statements.ts';

let directory: string;
let file: string;
let sql: Statements;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'couplet-migrate-'));
  file = join(directory, 'x.sqlite');
  sql = openForWriting(file, 'full');
});

afterEach(() => {
  sql.database.close();
  rmSync(directory, { recursive: true });
});

const step = (number: number, sqlite: string): Migration => ({ number, title: 'test', sqlite, postgresql: '' });
const first = step(1, 'create table a (x); insert into a values (1)');

test('the steps are numbered without gaps', () => {
  expect(MIGRATIONS.map(({ number }) => number)).toEqual(MIGRATIONS.map((_, i) => i + 1));
});

test('a new database gets all steps and no copy; done again nothing happens', () => {
  const steps = [first, step(2, 'create table b (x)')];
  expect(migrateSqlite(sql, file, steps)).toBeUndefined();
  expect(schemaVersion(sql)).toBe(2);
  expect(migrateSqlite(sql, file, steps)).toBeUndefined();
});

test('a database with data is copied before it is changed', () => {
  migrateSqlite(sql, file, [first]);
  const copy = migrateSqlite(sql, file, [first, step(2, 'update a set x = 2')]) ?? '';
  expect(copy).toBe(`${file}.before-2`);
  expect(sql.row('select x from a')).toEqual({ x: 2 });
  const copied = openForReading(copy);
  expect([copied.row('select x from a'), schemaVersion(copied)]).toEqual([{ x: 1 }, 1]);
  copied.database.close();
});

test('R20: a step that fails half-way leaves nothing, and the next start goes on from there', () => {
  migrateSqlite(sql, file, [first]);
  const broken = step(3, 'create table c (x); insert into nowhere values (1)');
  writeFileSync(`${file}.before-2`, 'old');
  expect(() => migrateSqlite(sql, file, [first, step(2, 'create table b (x)'), broken])).toThrow('nowhere');
  expect(statSync(`${file}.before-2`).size).toBeGreaterThan(3);
  expect(schemaVersion(sql)).toBe(2);
  expect(sql.row("select 1 from sqlite_schema where name = 'c'")).toBeUndefined();
  migrateSqlite(sql, file, [first, step(2, 'create table b (x)'), step(3, 'create table c (x)')]);
  expect([schemaVersion(sql), existsSync(`${file}.before-3`)]).toEqual([3, true]);
});

test('entries that had arrived when there was no journal are in their places afterwards', () => {
  migrateSqlite(sql, file, MIGRATIONS.slice(0, 2));
  sql.database.exec(`
    insert into store values (1, 'h', 'archive');
    insert into archive values (7, 1, 'a', 'epoch', 1, 10, 10), (8, 1, 'b', 'other', 0, 5, ${NEVER});
    insert into entry values (7, 1, 'epoch1', 0, 10, 'b', null, x'3c', null, null);
    insert into arrival values
      (1, 8, 1, 'other1', 20, 'a', 'r', x'3e', 'text', 'key'), (2, 7, 2, 'epoch2', 30, 'b', null, x'3c', null, null)`);
  migrateSqlite(sql, file);
  expect(sql.rows('select id, seq, last, oldest from archive order by id')).toEqual([
    { id: 7, seq: 2, last: 30, oldest: 10 },
    { id: 8, seq: 1, last: 20, oldest: 20 },
  ]);
  const entries = sql.rows('select archive, seq, id, own, at, party, resource, text, dedupe from entry');
  expect(entries.map((row) => Object.values(row))).toEqual([
    [7, 1, 'epoch1', 0, 10, 'b', null, null, null],
    [7, 2, 'epoch2', 0, 30, 'b', null, null, null],
    [8, 1, 'other1', 0, 20, 'a', 'r', 'text', 'key'],
  ]);
});

test('the database of a newer server, or of another program, is refused', () => {
  migrateSqlite(sql, file, [first, step(2, '')]);
  expect(() => migrateSqlite(sql, file, [first])).toThrow('newer');
  sql.database.exec('pragma user_version = 0');
  expect(() => migrateSqlite(sql, file, [first])).toThrow('another program');
});
