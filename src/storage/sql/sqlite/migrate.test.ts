import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Migration } from '../migrations/migration.ts';
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

test('the database of a newer server, or of another program, is refused', () => {
  migrateSqlite(sql, file, [first, step(2, '')]);
  expect(() => migrateSqlite(sql, file, [first])).toThrow('newer');
  sql.database.exec('pragma user_version = 0');
  expect(() => migrateSqlite(sql, file, [first])).toThrow('another program');
});
