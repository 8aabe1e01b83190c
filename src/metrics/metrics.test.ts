import { expect, test } from 'vitest';
import { Metrics } from './metrics.ts';

test('the same name and labels, in whatever order, are one series', () => {
  const metrics = new Metrics();
  metrics.counter('a_total', 'A', { host: 'x', kind: 'y' }).inc();
  metrics.counter('a_total', 'A', { kind: 'y', host: 'x' }).inc(2);
  metrics.counter('a_total', 'A', { host: 'other', kind: 'y' }).inc(5);
  const [family] = metrics.families();
  expect(family?.series.map(({ labels, metric }) => [labels['host'], 'value' in metric && metric.value])).toEqual([
    ['x', 3],
    ['other', 5],
  ]);
});

test('a name is of one kind', () => {
  const metrics = new Metrics();
  metrics.gauge('g', 'G', {}).set(3);
  metrics.gauge('g', 'G', {}).add(-1);
  expect(metrics.gauge('g', 'G', {}).value).toBe(2);
  expect(() => metrics.counter('g', 'G', {})).toThrow('not a counter');
  expect(() => metrics.histogram('g', 'G', {}, [1])).toThrow('not a histogram');
});

test('a histogram counts what is at most a bound, and what is above all of them', () => {
  const histogram = new Metrics().histogram('h', 'H', {}, [1, 10]);
  for (const value of [0.5, 1, 2, 10, 11]) histogram.observe(value);
  expect([histogram.counts, histogram.sum]).toEqual([[2, 2, 1], 24.5]);
});
