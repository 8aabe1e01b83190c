import { afterAll, expect, test, vi } from 'vitest';
import type { ArchiveQuery } from '../../archive-store.ts';
import type { ArchiveWrite } from '../effects.ts';
import { migrateSqlite } from './migrate.ts';
import { packWrites } from './packed-writes.ts';
import { openForWriting } from './open-database.ts';
import { SqliteReader } from './sqlite-reader.ts';
import { SqliteWriter } from './sqlite-writer.ts';

const sql = openForWriting(':memory:', 'normal');
migrateSqlite(sql, ':memory:');
const writer = new SqliteWriter(sql);
const reader = new SqliteReader(sql);
const prepare = vi.spyOn(sql.database, 'prepare');
afterAll(() => sql.database.close());

/** How SQLite reads the tables in the statements that `run` prepares. */
function plans(run: () => unknown): string[] {
  prepare.mockClear();
  run();
  const texts = prepare.mock.calls
    .map(([text]) => text)
    .filter((text) => /^\s*(?:select|insert|update|delete)/.test(text));
  expect(texts.length).toBeGreaterThan(0);
  return texts.flatMap((text) => sql.rows(`explain query plan ${text}`).map(({ detail }) => String(detail)));
}

function commit(...archives: ArchiveWrite[]): void {
  const nothing = { cleared: [], values: [] };
  writer.commit({
    id: 'x',
    stores: [],
    effects: { purged: [], cells: nothing, counters: nothing },
    archives: packWrites(archives),
  });
}

const owner = { store: 1, owner: 'a' };
const entry = { when: 1, with: 'b', stanza: '', dedupe: 'd' };
const page: ArchiveQuery = { order: 'forward', max: 5 };

test('an append touches its archive by keys and never goes through it', () => {
  const details = plans(() =>
    commit(
      { kind: 'append', ...owner, entry },
      { kind: 'append', ...owner, entry: { ...entry, id: 'i', dedupe: 'e' } },
    ),
  );
  const keys = /\((?:archive=\? AND (?:dedupe|id|seq)=\?|archive=\?|store=\? AND owner=\?|rowid=\?)/;
  const uses = details.filter((detail) => /^(?:SCAN|SEARCH) (?:entry|archive)\b/.test(detail));
  expect(uses.length).toBeGreaterThan(4);
  expect(uses.filter((detail) => !detail.startsWith('SEARCH') || !keys.test(detail))).toEqual([]);
});

const forward: [string, Partial<ArchiveQuery>, string][] = [
  ['with', { with: 'b' }, 'archive=? AND party=? AND seq>? AND seq<?'],
  ['backward', { with: 'b', order: 'backward' }, 'archive=? AND party=? AND seq>? AND seq<?'],
  ['times', { start: 1, end: 2 }, 'archive=? AND seq>? AND seq<?'],
  ['ids', { ids: ['i'], with: 'b' }, 'archive=? AND seq=?'],
];

test.each(forward)('a page by %s is read by an index, in order', (_, query, index) => {
  const details = plans(() => reader.find(1, 'a', { ...page, ...query, total: true }));
  expect(details.filter((detail) => detail.includes('entry')).join('\n')).toContain(index);
  expect(details.join('\n')).not.toContain('TEMP B-TREE');
  expect(details.filter((detail) => detail.startsWith('SCAN entry'))).toEqual([]);
});

test('owners are paged by the key', () => {
  const details = plans(() => reader.owners(1, 'x'));
  expect(
    details
      .filter((detail) => /SEARCH (?:cell|counter|archive)/.test(detail))
      .every((detail) => detail.includes('store=? AND owner>?')),
  ).toBe(true);
});

test('expiry finds archives and entries by time', () => {
  const details = plans(() => writer.expire(1, 5, 10)).join('\n');
  expect(details).toContain('archive_oldest (store=? AND oldest<?)');
  expect(details).not.toContain('SCAN entry');
  expect(details).toContain('entry USING PRIMARY KEY (archive=? AND seq=?)');
});
