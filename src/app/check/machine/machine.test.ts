import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { subjectOf } from '../../../../test/support/check-subject.ts';
import { machineFacts, openFiles, swap, type Machine } from './machine.ts';
import { measureSqlite, measureSync, timed } from './measure-commits.ts';
import { commitFindings, performanceCheck, runningFindings } from './performance.ts';
import { resourceFindings, resourcesCheck } from './resources.ts';
import { sizeText } from '../size-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'couplet-machine-'));
afterAll(() => rmSync(folder, { recursive: true }));

const GOOD: Machine = {
  cpus: 4,
  load: 1,
  memory: { total: 8e9, free: 4e9 },
  descriptors: 65_536,
  disk: { free: 50e9, total: 100e9, freeFiles: 900, totalFiles: 1000 },
  swapUsed: 0,
  clockSynchronised: true,
};

const RESOURCES: readonly (readonly [id: string, change: Partial<Machine>])[] = [
  ['resources-seen', {}],
  ['descriptors-few', { descriptors: 1024 }],
  ['memory-little', { memoryLimit: 128e6 }],
  ['memory-short', { memory: { total: 8e9, free: 0.5e9 } }],
  ['swap-used', { swapUsed: 4e9 }],
  ['disk-low', { disk: { free: 5e9, total: 100e9, freeFiles: 900, totalFiles: 1000 } }],
  ['disk-full', { disk: { free: 5e6, total: 100e9, freeFiles: 900, totalFiles: 1000 } }],
  ['inodes-low', { disk: { free: 50e9, total: 100e9, freeFiles: 10, totalFiles: 1000 } }],
  ['clock-wrong', { clockSynchronised: false }],
  ['cpu-busy', { load: 9 }],
];

test.each(RESOURCES)('%s', (id, change) => {
  const ids = resourceFindings({ ...GOOD, ...change }).map((one) => one.id);
  expect(ids).toContain(id);
  expect(ids.filter((one) => one !== id && one !== 'resources-seen')).toEqual([]);
});

test('every finding about resources is shown by a test', () => {
  expect(RESOURCES.map(([id]) => id).toSorted()).toEqual(Object.keys(resourcesCheck.catalogue).toSorted());
});

test('this machine', () => {
  const facts = machineFacts(join(folder, 'not', 'made', 'yet'));
  expect(facts.cpus).toBeGreaterThan(0);
  expect(facts.memory.total).toBeGreaterThan(facts.memory.free);
  expect(facts.disk?.total).toBeGreaterThan(0);
});

test('files of Linux', () => {
  expect(swap('MemTotal: 1 kB\nSwapTotal:   1000 kB\nSwapFree:    400 kB\n')).toBe(614_400);
  expect(swap(undefined)).toBeUndefined();
  expect(openFiles('Max open files            1024                 524288               files')).toBe(1024);
  expect(openFiles('Max open files            unlimited            unlimited            files')).toBe(Infinity);
  expect(openFiles(undefined)).toBeUndefined();
});

test('sizes for people', () => {
  expect([0, 999, 1500, 12_345_678, 5e9, 2.5e12].map(sizeText)).toEqual([
    '0.00 kB',
    '1.00 kB',
    '1.50 kB',
    '12.3 MB',
    '5.00 GB',
    '2.50 TB',
  ]);
});

test('commits are measured, and nothing is left behind', async () => {
  for (const { median, longest } of [await measureSync(folder), await measureSqlite(folder)]) {
    expect(median).toBeGreaterThan(0);
    expect(longest).toBeGreaterThanOrEqual(median);
  }
  expect(readdirSync(folder)).toEqual([]);
  await expect(measureSync(join(folder, 'gone'))).rejects.toThrow('ENOENT');
  expect(existsSync(join(folder, 'gone'))).toBe(false);
});

test('the median is not moved by one that is slow', async () => {
  let round = 0;
  const { median, longest } = await timed(async () => {
    if (round++ === 3) await new Promise((resolve) => setTimeout(resolve, 30));
  });
  expect(median).toBeLessThan(20);
  expect(longest).toBeGreaterThan(20);
});

const metric = (name: string, value: number, labels = {}) => ({ name, help: `help of ${name}`, labels, value });

test('what is said of numbers', () => {
  expect(commitFindings('A commit', { median: 2, longest: 300 })).toEqual([
    expect.objectContaining({ id: 'commit-measured', what: 'A commit takes 2.0 ms, 300.0 ms at most.' }),
  ]);
  expect(commitFindings('A commit', { median: 25, longest: 30 })).toEqual([
    expect.objectContaining({ id: 'commit-slow' }),
  ]);
  expect(runningFindings([metric('couplet_event_loop_delay_max_seconds', 0.01)]).map(({ id }) => id)).toEqual([
    'loop-measured',
  ]);
  expect(runningFindings([metric('couplet_event_loop_delay_max_seconds', 0.2)]).map(({ id }) => id)).toEqual([
    'loop-delayed',
  ]);
  const counts = [
    metric('a_total', 5),
    metric('b_refused_total', 3, { service: 'c2s' }),
    metric('c_refused_total', 0),
    metric('couplet_accept_paused', 1),
  ];
  expect(runningFindings(counts).slice(1)).toEqual([
    expect.objectContaining({ id: 'limits-hit', what: 'help of b_refused_total: 3 (service c2s).' }),
    expect.objectContaining({ id: 'limits-hit', what: 'help of couplet_accept_paused: 1.' }),
  ]);
});

test('every finding about performance is shown by a test', async () => {
  const ids = async (text: string, more = {}): Promise<string[]> =>
    (await performanceCheck.run(await subjectOf(folder, `{${text}, hosts: {a.im: }}`, more))).map(({ id }) => id);
  expect(await ids(`data_path: "${folder}"`)).toEqual(['commit-measured', 'commit-measured', 'not-running']);
  expect(await ids(`data_path: "${folder}/none", storage: memory`)).toEqual(['commit-unmeasured', 'not-running']);
  const refused = () => Promise.reject(new Error('There is no operation server.metrics'));
  expect(await ids(`data_path: "${folder}/none", storage: memory`, { ask: refused })).toEqual([
    'commit-unmeasured',
    'numbers-unknown',
  ]);
  const shown = [
    'commit-measured',
    'commit-slow',
    'commit-unmeasured',
    'loop-delayed',
    'loop-measured',
    'limits-hit',
    'numbers-unknown',
    'not-running',
  ];
  expect(shown.toSorted()).toEqual(Object.keys(performanceCheck.catalogue).toSorted());
});
