import { expect, it } from 'vitest';
import { compareParsers } from './xml-differential.ts';

it('another parser takes the same inputs and reads the same in them', () => {
  const outcome = compareParsers(0, 10_000);
  expect(outcome.crashes).toEqual([]);
  expect(outcome.disagreements).toEqual([]);
  expect(outcome.accepted).toBeGreaterThan(3000);
  expect(outcome.rejected).toBeGreaterThan(3000);
});
