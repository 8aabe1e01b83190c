import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DriverStorage, STORAGE_DEFAULTS } from '../../driver-storage.ts';
import { MemoryBlobs } from '../../memory/memory-blobs.ts';
import type { ArchiveWrite } from '../effects.ts';
import { migrateSqlite } from './migrate.ts';
import { packWrites } from './packed-writes.ts';
import { openForWriting } from './open-database.ts';
import { SqliteDriver } from './sqlite-driver.ts';
import { SqliteWriter } from './sqlite-writer.ts';
import type { Statements } from './statements.ts';

let directory: string;
let file: string;
let sql: Statements;
let writer: SqliteWriter;
let batches = 0;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'couplet-arrivals-'));
  file = join(directory, 'x.sqlite');
  sql = openForWriting(file, 'normal');
  migrateSqlite(sql, file);
  writer = new SqliteWriter(sql);
});

afterEach(() => {
  sql.database.close();
  rmSync(directory, { recursive: true });
});

const owner = { store: 1, owner: 'a' };

function append(when: number, more: { dedupe?: string; id?: string } = {}): ArchiveWrite {
  return { kind: 'append', ...owner, entry: { when, with: 'b', stanza: `<m${when}/>`, ...more } };
}

function commit(...archives: ArchiveWrite[]): readonly { id: string; duplicate: boolean }[] {
  const nothing = { cleared: [], values: [] };
  const effects = { purged: [], cells: nothing, counters: nothing };
  return writer.commit({ id: `${++batches}`, stores: [], effects, archives: packWrites(archives) });
}

const seqs = (table: 'arrival' | 'entry'): unknown[] =>
  sql.rows(`select seq from ${table} order by 1`).map((row) => row['seq']);

test('entries arrive, and are put into their places all at once', () => {
  commit(append(1), append(2));
  expect([seqs('arrival'), seqs('entry')]).toEqual([[1, 2], []]);
  writer.settle();
  commit(append(3));
  expect([seqs('arrival'), seqs('entry')]).toEqual([[3], [1, 2]]);
});

test('what deletes, and what replaces, sees those that arrived', () => {
  const [first] = commit(append(1), append(2));
  commit(append(3, { id: first?.id ?? '' }));
  expect([seqs('arrival'), seqs('entry')]).toEqual([[], [2, 3]]);
  commit(append(4));
  commit({ kind: 'delete-entries', ...owner, filter: { keep: 1 } });
  expect(seqs('entry')).toEqual([4]);
  commit(append(5), append(1_000_000_000));
  expect(writer.expire(1, 6, 10)).toBe(2);
  expect(seqs('entry')).toEqual([6]);
});

test.each(['before', 'after'])('what is sent again is found %s it is in its place, by another writer too', (moment) => {
  const [first] = commit(append(1, { dedupe: 'k' }));
  if (moment === 'after') writer.settle();
  writer = new SqliteWriter(sql);
  expect(commit(append(2, { dedupe: 'k' }), append(3, { dedupe: 'l' }))).toEqual([
    expect.objectContaining({ id: first?.id, duplicate: true }),
    expect.objectContaining({ duplicate: false }),
  ]);
});

test('of a batch that failed nothing has arrived', () => {
  commit(append(1, { dedupe: 'k' }));
  sql.database.exec(
    "create temp trigger no before insert on arrival when new.at = 3 begin select raise(abort, 'no'); end",
  );
  expect(() => commit(append(2, { dedupe: 'l' }), append(3))).toThrow('no');
  expect(commit(append(4, { dedupe: 'l' }), append(5, { dedupe: 'k' })).map(({ duplicate }) => duplicate)).toEqual([
    false,
    true,
  ]);
  expect(seqs('arrival')).toEqual([1, 2]);
});

test('where entries cannot be put into their places, none is lost, and readers are told', async () => {
  commit(append(1));
  sql.run("insert into entry values (1, 1, 'x', 1, 1, '', null, x'', null, null)"); // in the way
  expect(() => writer.settle()).toThrow('UNIQUE');
  const driver = await SqliteDriver.open(file, 'normal');
  const storage = new DriverStorage(driver, new MemoryBlobs(), {
    ...STORAGE_DEFAULTS,
    schedule: setImmediate,
    report: () => undefined,
  });
  const find = (): Promise<unknown> => storage.archive('h', 'n').find('a', { order: 'forward', max: 5 });
  await expect(find()).rejects.toThrow('UNIQUE');
  sql.run('delete from entry');
  await find();
  await storage.close();
  expect([seqs('arrival'), seqs('entry')]).toEqual([[], [1]]);
});
