import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Histogram } from './histogram.ts';

test('quantiles are at most 1/64 beside those of all durations', () => {
  const durations = fc.array(
    fc.nat({ max: 2 ** 31 - 1 }).map((value) => value >>> (value % 31)),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
      const histogram = new Histogram();
      for (const value of values) histogram.record(value);
      const exact = values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(share * values.length)) - 1] ?? -1;
      expect(histogram.quantile(share)).toBeGreaterThanOrEqual(exact);
      expect(histogram.quantile(share)).toBeLessThanOrEqual(exact + exact / 64);
      expect(histogram.count).toBe(values.length);
    }),
  );
});

test('durations beyond the ends count as the ends', () => {
  const histogram = new Histogram();
  histogram.record(-5);
  expect(histogram.quantile(1)).toBe(0);
  histogram.record(1e12);
  expect(histogram.quantile(1)).toBe(2 ** 31 - 1);
});

test('without durations there are no quantiles', () => {
  const histogram = new Histogram();
  expect(histogram.quantile(0.5)).toBeNaN();
  histogram.record(10);
  histogram.clear();
  expect(histogram.quantile(0.5)).toBeNaN();
  expect(histogram.count).toBe(0);
});
