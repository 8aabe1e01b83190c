import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { subjectOf } from '../../../../test/support/check-subject.ts';
import { MIGRATIONS } from '../../../storage/sql/migrations/migrations.ts';
import { openStorage } from '../../storage.ts';
import { databaseCheck, databaseFindings, type DatabaseFacts } from './database.ts';
import { sqliteFacts } from './sqlite-facts.ts';

const GOOD: DatabaseFacts = {
  kind: 'sqlite',
  version: 'SQLite 3',
  schema: 2,
  known: 2,
  bytes: 1000,
  walBytes: 0,
  disk: { free: 50e9, total: 100e9 },
  integrity: 'ok',
};

const CASES: readonly (readonly [id: string, change: Partial<DatabaseFacts>, running?: boolean])[] = [
  ['database-ok', {}],
  ['database-none', { empty: true }],
  ['database-unreachable', { problem: 'refused' }],
  ['database-foreign', { foreign: true }],
  ['database-newer', { schema: 3 }],
  ['database-pending', { schema: 1 }],
  ['database-damaged', { integrity: 'row 3 missing from index' }],
  ['database-wal-large', { walBytes: 1e9 }],
  ['database-disk-low', { disk: { free: 5e9, total: 100e9 } }],
  ['database-disk-low', { disk: { free: 0.9e9, total: 2e9 } }],
  ['database-disk-full', { disk: { free: 0.5e9, total: 100e9 } }],
  ['database-unsafe', { unsafe: ['fsync = off'] }],
  ['database-encoding', { encoding: 'LATIN1' }],
  ['database-connections', { connections: { used: 90, most: 100 } }],
  ['database-held', { holder: 'process 1' }, true],
  ['database-held-elsewhere', { holder: 'process 1' }, false],
];

test.each(CASES.map(([id, change, running = true]) => ({ id, change, running })))(
  '$id $change',
  ({ id, change, running }) => {
    const ids = databaseFindings({ ...GOOD, ...change }, running).map((one) => one.id);
    expect(ids).toContain(id);
    expect(ids.filter((one) => one !== id && one !== 'database-ok')).toEqual([]);
  },
);

test('a database that is too large is not checked for damage', () => {
  const { integrity: _, ...large } = GOOD;
  expect(databaseFindings(large, true).map(({ id }) => id)).toEqual(['database-ok', 'database-unchecked']);
  expect(databaseFindings({ ...large, kind: 'postgresql' }, true).map(({ id }) => id)).toEqual(['database-ok']);
});

test('every finding is shown by a test', () => {
  const shown = new Set([...CASES.map(([id]) => id), 'database-memory', 'database-unchecked']);
  expect([...shown].toSorted()).toEqual(Object.keys(databaseCheck.catalogue).toSorted());
});

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'couplet-database-'));
  file = join(folder, 'couplet.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = () =>
  openStorage({ kind: 'sqlite', directory: folder }, { failed: () => undefined, noticed: () => undefined });

test('a database that is in use is read beside its server, and nothing is left behind', async () => {
  expect(sqliteFacts(folder)).toMatchObject({ empty: true });
  expect(existsSync(file)).toBe(false);
  const storage = await open();
  try {
    const facts = sqliteFacts(folder);
    expect(facts).toMatchObject({ schema: MIGRATIONS.length, known: MIGRATIONS.length, integrity: 'ok' });
    expect(facts.holder).toContain(`process ${process.pid}`);
    expect(facts.bytes).toBeGreaterThan(0);
  } finally {
    await storage.close();
  }
  expect(sqliteFacts(folder).holder).toBeUndefined();
});

test('files of others, files that are damaged', async () => {
  const other = new DatabaseSync(file);
  other.exec('create table prosody (host text)');
  other.close();
  expect(sqliteFacts(folder)).toMatchObject({ foreign: true });
  writeFileSync(file, 'no database at all'.repeat(100));
  expect(sqliteFacts(folder)).toMatchObject({ foreign: true });
  rmSync(file);
  await (await open()).close();
  truncateSync(file, 8192);
  expect(sqliteFacts(folder).integrity).not.toBe('ok');
});

test('the configured storage is looked at', async () => {
  const memory = await subjectOf(folder, '{storage: memory, hosts: {a.im: }}');
  expect((await databaseCheck.run(memory)).map(({ id }) => id)).toEqual(['database-memory']);
  const files = await subjectOf(folder, `{data_path: "${folder}", hosts: {a.im: }}`);
  expect((await databaseCheck.run(files)).map(({ id }) => id)).toContain('database-none');
});
