import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MemoryLog } from '../../test/support/world.ts';
import { systemClock } from '../cluster/clock.ts';
import { MemoryCluster } from '../cluster/memory/memory-cluster.ts';
import { Scheduler } from './scheduler.ts';

const DAY = 24 * 60 * 60 * 1000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function make(cluster = new MemoryCluster({ clock: systemClock, report: () => undefined })) {
  const log = new MemoryLog();
  return { scheduler: new Scheduler(log, cluster.join('node')), log };
}

test('after runs once, unless it is cancelled; what it throws is logged', async () => {
  const { scheduler, log } = make();
  const ran: string[] = [];
  scheduler.after(10, 'a', () => void ran.push('a'));
  const cancel = scheduler.after(10, 'b', () => void ran.push('b'));
  scheduler.after(20, 'c', () => Promise.reject(new Error('no')));
  expect(scheduler.size).toBe(3);
  cancel();
  cancel();
  await vi.advanceTimersByTimeAsync(1000);
  expect(ran).toEqual(['a']);
  expect(scheduler.size).toBe(0);
  expect(log.lines.map(({ fields }) => fields['task'])).toEqual(['c']);
});

test('what fails after it was cancelled is no failure', async () => {
  const { scheduler, log } = make();
  const fail = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    throw new Error('what it needs is gone');
  };
  const cancels = [scheduler.after(10, 'once', fail), scheduler.every(10, 'again', fail)];
  await vi.advanceTimersByTimeAsync(20);
  for (const cancel of cancels) cancel();
  await vi.advanceTimersByTimeAsync(1000);
  expect(log.lines.map(({ level, message }) => [level, message])).toEqual([
    ['debug', 'scheduled work was given up'],
    ['debug', 'scheduled work was given up'],
  ]);
});

test('every goes on after a failure, never overlaps itself, and stops when told, even while it runs', async () => {
  const { scheduler } = make();
  let runs = 0;
  let running = 0;
  let most = 0;
  const stop = scheduler.every(100, 'x', async () => {
    runs++;
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 250));
    running--;
    throw new Error('again');
  });
  await vi.advanceTimersByTimeAsync(1000);
  expect([runs, most]).toEqual([3, 1]);
  await vi.advanceTimersByTimeAsync(200);
  expect(running).toBe(1);
  stop();
  await vi.advanceTimersByTimeAsync(2000);
  expect([runs, running, scheduler.size]).toEqual([4, 0, 0]);
});

test('daily runs on one node of a cluster', async () => {
  const cluster = new MemoryCluster({ clock: systemClock, report: () => undefined });
  const one = make(cluster).scheduler;
  const two = make(cluster).scheduler;
  const ran: number[] = [];
  one.daily('clean', () => void ran.push(1));
  two.daily('clean', () => void ran.push(2));
  await vi.advanceTimersByTimeAsync(DAY / 2);
  expect(ran).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(DAY);
  expect(ran).toHaveLength(2);
});
