import { expect, it } from 'vitest';
import { compareParsers } from './xml-differential.ts';

it('another parser takes the same of a million inputs and reads the same in them', () => {
  const outcome = compareParsers(1_000_000, 2_000_000);
  expect(outcome.crashes).toEqual([]);
  expect(outcome.disagreements).toEqual([]);
  expect(outcome.accepted).toBeGreaterThan(300_000);
  expect(outcome.rejected).toBeGreaterThan(300_000);
});
