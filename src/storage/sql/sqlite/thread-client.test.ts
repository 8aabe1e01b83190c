import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { outcomesFromText } from '../outcomes.ts';
import { migrateSqlite } from './migrate.ts';
import { packWrites } from './packed-writes.ts';
import { openForWriting } from './open-database.ts';
import type { ReaderMethods, WriteBatch, WriterMethods } from './protocol.ts';
import { ThreadClient } from './thread-client.ts';

const directory = mkdtempSync(join(tmpdir(), 'couplet-thread-'));
const file = join(directory, 'x.sqlite');
const sql = openForWriting(file, 'normal');
migrateSqlite(sql, file);
afterAll(() => {
  sql.database.close();
  rmSync(directory, { recursive: true });
});

function client(): ThreadClient<WriterMethods> {
  return new ThreadClient<WriterMethods>({ role: 'writer', file, synchronous: 'normal' });
}

function batch(id: string): WriteBatch {
  const entry = { when: 7, with: '', stanza: '<a/>' };
  const nothing = { cleared: [], values: [] };
  const archives = [{ kind: 'append', store: 1, owner: 'a', entry }] as const;
  return { id, stores: [], effects: { purged: [], cells: nothing, counters: nothing }, archives: packWrites(archives) };
}

test('a thread that ends leaves its calls unknown; the next call starts another, which tells what was committed', async () => {
  const writer = client();
  await writer.call('commit', batch('one'));
  const cut = writer.call('commit', batch('two'));
  await writer.terminate();
  const error: unknown = await cut.catch((thrown: unknown) => thrown);
  const known = await writer.call('outcomeOf', 'two');
  // It may have been committed before the end, or not: either way that is known now, and said so once.
  if (error instanceof Error) expect(error).toMatchObject({ condition: 'outcome-unknown' });
  const { length } = sql.rows('select 1 from journal');
  expect(length).toBe(known === undefined ? 1 : 2);
  const first = await writer.call('outcomeOf', 'one');
  if (known !== undefined) expect(first).toBeUndefined();
  else expect(outcomesFromText(first ?? '')).toEqual([expect.objectContaining({ when: 7 })]);
  await writer.close();
});

test('a thread that cannot start fails its calls, with the reason', async () => {
  const writer = new ThreadClient<WriterMethods>({ role: 'writer', file: '/nowhere/x.sqlite', synchronous: 'full' });
  await expect(writer.call('stores', undefined)).rejects.toThrow('unable to open');
  await writer.close();
});

test('a closed one takes no calls', async () => {
  const writer = client();
  const stores = writer.call('stores', undefined);
  const closed = writer.close();
  await expect(writer.call('stores', undefined)).rejects.toMatchObject({ condition: 'closed' });
  expect(await stores).toEqual([]);
  await closed;
});

test('one that may rest ends when it is not called, and starts again when it is', async () => {
  const reader = new ThreadClient<ReaderMethods>({ role: 'reader', file, synchronous: 'normal' }, 30);
  const report = z.object({ workers: z.array(z.unknown()) });
  const threads = (): number => report.parse(process.report.getReport()).workers.length;
  const before = threads();
  const read = (): Promise<number> => reader.call('count', { store: 1, owner: 'a', key: 'b' });
  expect(await read()).toBe(0);
  expect(threads()).toBe(before + 1);
  await expect.poll(threads, { timeout: 5000 }).toBe(before);
  expect(await Promise.all([read(), read()])).toEqual([0, 0]);
  await reader.close();
});
