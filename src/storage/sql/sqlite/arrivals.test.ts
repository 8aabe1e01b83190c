import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DriverStorage, STORAGE_DEFAULTS } from '../../driver-storage.ts';
import { MemoryBlobs } from '../../memory/memory-blobs.ts';
import type { ArchiveWrite } from '../effects.ts';
import { outcomesFromText } from '../outcomes.ts';
import { migrateSqlite } from './migrate.ts';
import { packWrites } from './packed-writes.ts';
import { placesFromText } from './places.ts';
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

function of(archive: string, when: number, dedupe?: string): ArchiveWrite {
  return { kind: 'append', store: 1, owner: archive, entry: { when, with: 'b', stanza: '<m/>', dedupe } };
}

function commit(...archives: ArchiveWrite[]): readonly { id: string; duplicate: boolean }[] {
  const nothing = { cleared: [], values: [] };
  const effects = { purged: [], cells: nothing, counters: nothing };
  return outcomesFromText(writer.commit({ id: `${++batches}`, stores: [], effects, archives: packWrites(archives) }));
}

/** Positions of entries in the journal, and of those in their places. */
const seqs = (table: 'journal' | 'entry'): unknown[] =>
  table === 'entry'
    ? sql.rows('select seq from entry order by 1').map((row) => row['seq'])
    : sql
        .rows('select places from journal order by position')
        .flatMap((row) => placesFromText(String(row['places'])).flatMap((place) => place?.seq ?? []));

const entries = (): unknown[][] => sql.rows('select archive, seq, at from entry').map((row) => Object.values(row));

test('entries arrive, and are put into their places all at once', () => {
  commit(append(1), append(2));
  expect([seqs('journal'), seqs('entry')]).toEqual([[1, 2], []]);
  writer.settle();
  commit(append(3));
  expect([seqs('journal'), seqs('entry')]).toEqual([[3], [1, 2]]);
});

test('what deletes, and what replaces, sees those that arrived', () => {
  const [first] = commit(append(1), append(2));
  commit(append(3, { id: first?.id ?? '' }));
  expect(seqs('entry')).toEqual([2, 3]);
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

test('entries of one archive are put into their places for who reads them, and stay there', () => {
  commit(of('a', 1, 'k'), of('c', 2));
  writer.settleArchive(1, 'a');
  expect(entries()).toEqual([[1, 1, 1]]);
  expect(writer.settleSome(0)).toBe(true);
  expect(commit(of('a', 3, 'k'), of('a', 4), of('c', 5)).map(({ duplicate }) => duplicate)).toEqual([
    true,
    false,
    false,
  ]);
  writer.settleArchive(1, 'c'); // of both rows of the journal
  expect(entries()).toEqual([
    [1, 1, 1],
    [2, 1, 2],
    [2, 2, 5],
  ]);
  commit(of('c', 6));
  writer.settle();
  expect(entries().slice(1)).toEqual([
    [1, 2, 4],
    [2, 1, 2],
    [2, 2, 5],
    [2, 3, 6],
  ]);
  expect(seqs('journal')).toEqual([]);
});

test.each(['the same writer', 'the next writer'])(
  'what was deleted is forgotten by %s, and stored if it is sent again',
  (moment) => {
    commit(of('a', 1, 'k'), of('c', 2, 'k'));
    commit({ kind: 'delete-entries', ...owner, filter: {} });
    if (moment === 'the next writer') writer = new SqliteWriter(sql);
    expect(commit(of('a', 3, 'k'), of('c', 4, 'k')).map(({ duplicate }) => duplicate)).toEqual([false, true]);
    commit({ kind: 'clear', store: 1, owner: 'c' });
    commit(of('d', 5)); // it may get the number that c had
    writer.settle();
    expect(entries().map(([, seq, at]) => [seq, at])).toEqual([
      [2, 3],
      [1, 5],
    ]);
  },
);

test('a writer that ends while it puts entries into their places is followed by one that goes on', () => {
  commit(of('a', 1, 'k'), of('c', 2), of('a', 3));
  commit(of('c', 4, 'l'));
  expect(writer.settleSome(1)).toBe(true);
  commit(of('a', 5));
  expect(entries()).toEqual([
    [1, 1, 1],
    [1, 2, 3],
  ]);
  writer = new SqliteWriter(sql);
  const again = commit(of('a', 6, 'k'), of('c', 6, 'l'), of('c', 6));
  expect(again.map(({ duplicate }) => duplicate)).toEqual([true, true, false]);
  while (writer.settleSome(1));
  expect(entries()).toEqual([
    [1, 1, 1],
    [1, 2, 3],
    [1, 3, 5],
    [2, 1, 2],
    [2, 2, 4],
    [2, 3, 6],
  ]);
  expect(sql.rows('select seq, last, oldest from archive')).toEqual([
    { seq: 3, last: 5, oldest: 1 },
    { seq: 3, last: 6, oldest: 2 },
  ]);
  expect(seqs('journal')).toEqual([]);
});

test('what comes while entries are put into their places waits for the next time; what is sent again is found', () => {
  commit(of('a', 1), of('c', 2, 'k'));
  expect(writer.settleSome(1)).toBe(true);
  expect(commit(of('a', 3), of('c', 4, 'k'), of('c', 5)).map(({ duplicate }) => duplicate)).toEqual([
    false,
    true,
    false,
  ]);
  expect(writer.settleSome(1)).toBe(true);
  expect(writer.settleSome(1)).toBe(false);
  expect([seqs('journal'), seqs('entry')]).toEqual([
    [2, 2],
    [1, 1],
  ]);
  writer.settle();
  expect(seqs('entry')).toEqual([1, 1, 2, 2]);
});

test('of a batch that failed nothing has arrived', () => {
  commit(append(1, { dedupe: 'k' }));
  sql.database.exec(
    "create temp trigger no before insert on journal when new.contents like '%<m3/>%' begin select raise(abort, 'no'); end",
  );
  expect(() => commit(append(2, { dedupe: 'l' }), append(3))).toThrow('no');
  expect(commit(append(4, { dedupe: 'l' }), append(5, { dedupe: 'k' })).map(({ duplicate }) => duplicate)).toEqual([
    false,
    true,
  ]);
  expect(seqs('journal')).toEqual([1, 2]);
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
  expect([seqs('journal'), seqs('entry')]).toEqual([[], [1]]);
});
