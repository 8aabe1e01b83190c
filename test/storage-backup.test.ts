/** `as` stands where what `content` returned is looked into. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { backupStorage, openStorage, restoreStorage } from '../src/app/storage.ts';
import type { StorageConfig } from '../src/app/storage.ts';
import { openForReading } from '../src/storage/sql/sqlite/open-database.ts';
import type { Storage } from '../src/storage/stores.ts';
import { TestPostgres } from './support/postgres.ts';
import { text } from './support/written.ts';

const HOST = 'host.test';
const directory = mkdtempSync(join(tmpdir(), 'couplet-backup-'));
let server: TestPostgres;

beforeAll(async () => {
  server = await TestPostgres.start();
});

afterAll(async () => {
  await server.remove();
  rmSync(directory, { recursive: true });
});

let places = 0;

function config(kind: string): StorageConfig {
  const name = `place_${++places}`;
  if (kind === 'sqlite') return { kind, directory: join(directory, name) };
  return { kind: 'postgresql', url: server.url(), schema: name, directory: join(directory, name), lockWait: 0 };
}

function open(where: StorageConfig): Promise<Storage> {
  const failed = (error: Error): void => {
    throw error;
  };
  return openStorage(where, { failed, noticed: () => undefined });
}

async function write(storage: Storage, n: number): Promise<string | undefined> {
  const unit = storage.unit();
  storage.map(HOST, 'map', text).put(unit, 'a', `${n}`, `\u00e9 \u{1f600}${n}`);
  storage.counter(HOST, 'counter').add(unit, 'a', 'x', 1);
  const appended = storage.archive(HOST, 'archive').append(unit, 'a', {
    when: 1_700_000_000_000_000 + n,
    with: 'b@host.test',
    resource: n % 2 === 0 ? 'r' : undefined,
    stanza: `<m\xc3\xa9${n}/>`,
    text: n % 3 === 0 ? undefined : `text ${n}`,
    ...(n % 5 === 0 && { id: `own ${n}` }),
    dedupe: `d${n}`,
  });
  unit.submit();
  await unit.ticket.settled();
  return appended.id;
}

async function content(storage: Storage): Promise<Record<string, unknown>> {
  return {
    map: await storage.map(HOST, 'map', text).all('a'),
    count: await storage.counter(HOST, 'counter').get('a', 'x'),
    entries: (await storage.archive(HOST, 'archive').find('a', { order: 'forward', max: 10_000 })).entries,
  };
}

test.each([
  ['sqlite', 'postgresql'],
  ['postgresql', 'sqlite'],
])('R21: a backup of %s under load, restored to %s', async (from, to) => {
  const source = config(from);
  const storage = await open(source);
  for (let n = 1; n <= 30; n++) await write(storage, n);
  const before = await content(storage);
  const file = join(directory, `${from} ${to}`);
  let writing = true;
  const load = (async () => {
    for (let n = 31; writing; n++) await write(storage, n);
  })();
  const progress: [number, number][] = [];
  await backupStorage(source, file, (done, whole) => progress.push([done, whole]));
  writing = false;
  await load;
  expect(progress.at(-1)?.[0]).toBe(progress.at(-1)?.[1]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const latest = await content(storage);

  const target = config(to);
  const other = await open(target);
  await write(other, 77); // goes away
  await expect(restoreStorage(target, file)).rejects.toThrow('another server');
  await other.close();
  progress.length = 0;
  const aside = await restoreStorage(target, file, (done, whole) => progress.push([done, whole]));
  expect(progress.at(-1)?.[0]).toBe(progress.at(-1)?.[1]);
  const kept = openForReading(aside ?? '');
  expect(kept.row('select value from counter')).toEqual({ value: 1 }); // the data from before
  kept.database.close();
  const restored = await open(target);
  const found = await content(restored);
  const count = Number(found['count']);
  expect(count).toBeGreaterThanOrEqual(30);
  // Everything up to one moment, and nothing else.
  const cut = (all: Record<string, unknown>): Record<string, unknown> => ({
    map: new Map([...(all['map'] as Map<string, string>)].filter(([key]) => Number(key) <= count)),
    count,
    entries: (all['entries'] as unknown[]).slice(0, count),
  });
  expect(found).toEqual(cut(latest));
  if (count === 30) expect(found).toEqual(before);
  // It goes on: new stores and archives, no id of the past, no copy of what is there.
  const known = new Set((latest['entries'] as { id: string }[]).map(({ id }) => id));
  expect(known.has((await write(restored, 1)) ?? '')).toBe(true); // a duplicate
  for (let n = 1001; n <= 1004; n++) expect(known.has((await write(restored, n)) ?? '')).toBe(false);
  const unit = restored.unit();
  restored.archive(HOST, 'new').append(unit, 'z', { when: 1, with: '', stanza: '' });
  unit.submit();
  await unit.ticket.settled();
  await restored.close();
  await storage.close();
});

test('what a restore to PostgreSQL left when it was killed goes with the next one', async () => {
  const source = config('sqlite');
  const storage = await open(source);
  await write(storage, 1);
  await storage.close();
  const file = join(directory, 'small');
  await backupStorage(source, file);
  const schema = `place_${++places}`;
  const folder = join(directory, schema);
  const target: StorageConfig = { kind: 'postgresql', url: server.url(), schema, directory: folder, lockWait: 0 };
  const other = await open(target);
  await write(other, 2);
  await other.close();
  mkdirSync(folder, { recursive: true });
  const left = [
    `.${schema}-restoring.sqlite`,
    `${schema}.before-restore-X.sqlite.part`,
    `${schema}.before-restore-X.sqlite.part-wal`,
  ];
  const kept = [`${schema}.before-restore-X.sqlite`, 'something.else'];
  for (const name of [...left, ...kept]) writeFileSync(join(folder, name), 'x');
  const before = readdirSync(folder).filter((name) => !left.includes(name));
  const aside = await restoreStorage(target, file);
  expect(readdirSync(folder).toSorted()).toEqual([...before, basename(aside ?? '')].toSorted());
});
