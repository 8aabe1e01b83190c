import { expect, test } from 'vitest';
import { randomId } from './ids.ts';

test('ids are 144 bits of the URL-safe alphabet and never the same', () => {
  const ids = Array.from({ length: 1000 }, randomId);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{24}$/);
  expect(new Set(ids).size).toBe(1000);
});
