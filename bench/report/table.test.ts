import { expect, test } from 'vitest';
import type { Results } from './results.ts';
import type { RowPlan } from './rows.ts';
import { spread, tableOf } from './table.ts';

const PLAN: RowPlan = {
  title: 'ping',
  scenario: 'ping',
  figure: 'cpu',
  unit: 'µs',
  against: 'better',
  bar: 0.3,
  goal: 0.1,
};

/** Values of `cpu` by server, one for each repetition. */
function results(values: Readonly<Record<string, readonly (number | null)[]>>): Results {
  return {
    machine: { cores: 2, processor: 'x', memory: '1 GiB', system: 'y', kernel: '6.1', node: '26' },
    date: '2026-01-01',
    servers: Object.keys(values).map((name) => ({ name, label: name.toUpperCase(), version: '1' })),
    missing: [],
    scale: { users: 2, connections: 2, warmUp: 1, window: 1, rest: 1 },
    runs: Object.entries(values).flatMap(([server, list]) =>
      list.map((cpu, repetition) => ({ scenario: 'ping', server, repetition, figures: { cpu, memory: 10 } })),
    ),
  };
}

test('medians are compared with the lowest median of the others', () => {
  const [row] = tableOf(results({ couplet: [2, 4, 3], a: [20, 30, 31], b: [90, 10, 40] }), [PLAN]);
  expect(row?.cells.get('couplet')).toEqual({ median: 3, least: 2, most: 4, count: 3 });
  expect(row?.reference).toEqual({ median: 30, least: 20, most: 31, count: 3 });
  expect(row?.ratio?.median).toBeCloseTo(3 / 30);
});

test('the range of the ratio is that of the repetitions, each against the lowest of its own', () => {
  const [row] = tableOf(results({ couplet: [2, 4, 3], a: [20, 30, 30], b: [90, 10, 40] }), [PLAN]);
  expect(row?.ratio).toMatchObject({ least: 0.1, most: 0.4, count: 3 });
});

test.each([
  [0.1, 'goal met'],
  [0.2, 'bar met'],
  [0.31, 'missed'],
])('a ratio of %d: %s', (ratio, verdict) => {
  const [row] = tableOf(results({ couplet: [ratio], a: [1] }), [PLAN]);
  expect(row?.verdict).toBe(verdict);
});

test('memory is compared with that of one server', () => {
  const plan: RowPlan = { ...PLAN, against: { server: 'b', figure: 'memory' } };
  const [row] = tableOf(results({ couplet: [2], a: [1], b: [7] }), [plan]);
  expect(row?.ratio?.median).toBe(0.2);
});

test('what is compared with nothing is judged by itself', () => {
  const [row] = tableOf(results({ couplet: [0.2], a: [0.1] }), [{ ...PLAN, against: 'nothing' }]);
  expect(row).toMatchObject({ ratio: undefined, verdict: 'bar met' });
});

test('without others there is no ratio and no verdict; without any runs no line', () => {
  expect(tableOf(results({ couplet: [1, 2] }), [PLAN])).toMatchObject([{ ratio: undefined, verdict: '' }]);
  expect(tableOf(results({ couplet: [1] }), [{ ...PLAN, scenario: 'chat' }])).toEqual([]);
});

test('runs without a figure are left out', () => {
  const [row] = tableOf(results({ couplet: [null, 4], a: [20, null] }), [PLAN]);
  expect(row?.cells.get('couplet')?.count).toBe(1);
  expect(row?.ratio).toBeUndefined();
});

test('of an even number of values the median is between two', () => {
  expect(spread([4, 1, 2, 9])).toEqual({ median: 3, least: 1, most: 9, count: 4 });
});
