import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { Deadlines } from './deadlines.ts';

test('R4: work that could not go on while the process was frozen is not late for that', async () => {
  const expired: string[] = [];
  const deadlines = new Deadlines(100, (what) => expired.push(what));
  const work = deadlines.within(readFile(import.meta.filename, 'utf8'), 'reading');
  const until = performance.now() + 150;
  while (performance.now() < until); // nothing else runs
  expect(await work).toContain('Deadlines');
  expect(expired).toEqual([]);
});

test('work that does not end is late after the limit', async () => {
  const expired: string[] = [];
  const deadlines = new Deadlines(40, (what) => expired.push(what));
  const begin = performance.now();
  await expect(deadlines.within(new Promise(() => undefined), 'waiting')).rejects.toThrow('too long');
  expect(performance.now() - begin).toBeGreaterThanOrEqual(38);
  expect(expired).toEqual(['waiting']);
});
