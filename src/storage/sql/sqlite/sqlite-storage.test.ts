import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { collect, inUnit, numbers } from '../../conformance/fixture.ts';
import type { Storage } from '../../stores.ts';
import { backupSqlite, restoreSqlite } from './backup.ts';
import { openForWriting } from './open-database.ts';
import { databaseIn, openSqliteStorage } from './sqlite-storage.ts';

const HOST = 'host.test';
let directory: string;
let opened: Storage[];
const reports: Error[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'couplet-storage-'));
  opened = [];
});

afterEach(async () => {
  for (const storage of opened) await storage.close();
  rmSync(directory, { recursive: true });
});

async function open(name = 'data'): Promise<Storage> {
  const storage = await openSqliteStorage({
    directory: join(directory, name),
    synchronous: 'full',
    report: (error) => reports.push(error),
  });
  opened.push(storage);
  return storage;
}

async function write(storage: Storage, n: number): Promise<string | undefined> {
  const archive = storage.archive(HOST, 'archive');
  const unit = storage.unit();
  storage.map(HOST, 'map', numbers).put(unit, 'a', `${n}`, n);
  const appended = archive.append(unit, 'a', { when: n, with: '', stanza: `<m${n}/>` });
  unit.submit();
  await unit.ticket.settled();
  return appended.id;
}

async function stanzas(storage: Storage): Promise<readonly string[]> {
  const { entries } = await storage.archive(HOST, 'archive').find('a', { order: 'forward', max: 1000 });
  return entries.map(({ stanza }) => stanza);
}

test('data is there after closing and opening again, and one folder takes one server', async () => {
  const storage = await open();
  await write(storage, 1);
  await expect(open()).rejects.toThrow(`process ${process.pid}`);
  await storage.close();
  expect(existsSync(`${databaseIn(join(directory, 'data'))}-wal`)).toBe(false);
  expect(statSync(join(directory, 'data')).mode & 0o777).toBe(0o700);
  const again = await open();
  expect([await stanzas(again), await again.map(HOST, 'map', numbers).all('a')]).toEqual([
    ['<m1/>'],
    new Map([['1', 1]]),
  ]);
  inUnit(again, (unit) => again.purge(unit, HOST, 'a'));
  expect([await stanzas(again), await collect(again.map(HOST, 'map', numbers).owners())]).toEqual([[], []]);
});

test('a purge reaches stores that nobody has opened', async () => {
  const storage = await open();
  await write(storage, 1);
  inUnit(storage, (unit) => storage.counter(HOST, 'counter').add(unit, 'a', 'x', 1));
  await storage.drain();
  await storage.close();
  const again = await open();
  inUnit(again, (unit) => again.purge(unit, HOST, 'a'));
  await again.drain();
  expect([await stanzas(again), await again.counter(HOST, 'counter').get('a', 'x')]).toEqual([[], 0]);
  expect(await again.map(HOST, 'map', numbers).all('a')).toEqual(new Map());
});

test('a commit waits for the disk: synchronous is FULL, in WAL mode', () => {
  const sql = openForWriting(join(directory, 'x.sqlite'), 'full');
  expect(sql.row('pragma synchronous')).toEqual({ synchronous: 2 });
  expect(sql.row('pragma journal_mode')).toEqual({ journal_mode: 'wal' });
  sql.database.close();
});

test('a WAL cut behind the last acknowledged commit, or with rubbish there, still holds all of them', async () => {
  const storage = await open();
  const file = databaseIn(join(directory, 'data'));
  for (let n = 1; n <= 5; n++) await write(storage, n);
  const length = statSync(`${file}-wal`).size;
  for (let n = 6; n <= 9; n++) await write(storage, n);
  for (const ending of ['cut', 'rubbish', 'torn']) {
    const other = join(directory, ending);
    const empty = await open(ending);
    await empty.close();
    copyFileSync(file, databaseIn(other));
    copyFileSync(`${file}-wal`, `${databaseIn(other)}-wal`);
    if (ending === 'cut') truncateSync(`${databaseIn(other)}-wal`, length);
    if (ending === 'torn') truncateSync(`${databaseIn(other)}-wal`, length + 100);
    if (ending === 'rubbish') {
      truncateSync(`${databaseIn(other)}-wal`, length);
      writeFileSync(`${databaseIn(other)}-wal`, Buffer.alloc(9000, 'x'), { flag: 'a' });
    }
    expect(await stanzas(await open(ending)), ending).toEqual([1, 2, 3, 4, 5].map((n) => `<m${n}/>`));
  }
});

test('while another program holds a lock on the database, writes wait, reads go on, nothing is lost', async () => {
  const storage = await open();
  await write(storage, 1);
  const other = new DatabaseSync(databaseIn(join(directory, 'data')));
  other.exec('begin immediate');
  const written = write(storage, 2);
  expect(await storage.map(HOST, 'map', numbers).get('b', '1')).toBeUndefined();
  other.exec('rollback');
  other.close();
  await written;
  expect(await stanzas(storage)).toEqual(['<m1/>', '<m2/>']);
});

test('a backup taken while others write holds whole units up to some moment', async () => {
  const storage = await open();
  for (let n = 1; n <= 20; n++) await write(storage, n);
  let writing = true;
  const writer = (async () => {
    for (let n = 21; writing; n++) await write(storage, n);
  })();
  const file = join(directory, 'backup.sqlite');
  const seen: number[] = [];
  await backupSqlite(join(directory, 'data'), file, (done, whole) => seen.push(done / whole));
  writing = false;
  await writer;
  expect(seen.at(-1)).toBe(1);
  await expect(backupSqlite(join(directory, 'data'), file)).rejects.toThrow('is there already');

  const latest = (await stanzas(storage)).length;
  expect(() => restoreSqlite(file, join(directory, 'data'))).toThrow('another server');
  const newest = await write(storage, 5000);
  await storage.close();
  const before = restoreSqlite(file, join(directory, 'data'));
  expect(existsSync(before ?? '')).toBe(true);
  const restored = await open();
  const found = await stanzas(restored);
  expect(found).toEqual(found.map((_, i) => `<m${i + 1}/>`));
  expect(found.length).toBeGreaterThanOrEqual(20);
  expect(found.length).toBeLessThanOrEqual(latest);
  expect((await restored.map(HOST, 'map', numbers).all('a')).size).toBe(found.length);
  // The position of an entry that is lost is given again, but not its id.
  const ids = new Set<string | undefined>();
  for (let n = found.length; n <= latest; n++) ids.add(await write(restored, 9000));
  expect(newest !== undefined && !ids.has(newest)).toBe(true);
});

test('what is no backup is refused, and nothing is changed', async () => {
  const storage = await open();
  await write(storage, 1);
  await storage.close();
  writeFileSync(join(directory, 'text'), 'no database');
  new DatabaseSync(join(directory, 'other')).exec('create table x (y)');
  for (const name of ['text', 'other', 'missing']) {
    expect(() => restoreSqlite(join(directory, name), join(directory, 'data')), name).toThrow(name);
  }
  expect(await stanzas(await open())).toEqual(['<m1/>']);
});
