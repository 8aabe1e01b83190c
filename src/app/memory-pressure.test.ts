import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MemoryLog } from '../../test/support/world.ts';
import { Metrics } from '../metrics/metrics.ts';
import { watchMemory } from './memory-pressure.ts';

const heap = vi.hoisted(() => ({ used_heap_size: 1e8, heap_size_limit: 4e9 }));
vi.mock('node:v8', () => ({ getHeapStatistics: () => heap }));
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setup(limit: number | undefined, resident: () => number) {
  const log = new MemoryLog();
  const metrics = new Metrics();
  const admission = { accepting: true };
  const stop = watchMemory(admission, log, metrics, { limit, interval: 100, resident });
  const paused = metrics.gauge('couplet_accept_paused', '', {});
  return { log, admission, paused, stop };
}

test('nobody is taken above the limit until use is well below it; either is told once', async () => {
  let resident = 1e9;
  const { log, admission, paused, stop } = setup(1e9, () => resident);
  const after = async (bytes: number): Promise<boolean> => {
    resident = bytes;
    await vi.advanceTimersByTimeAsync(300);
    expect(paused.value).toBe(admission.accepting ? 0 : 1);
    return admission.accepting;
  };
  expect(await after(1e9)).toBe(true);
  expect(await after(1.001e9)).toBe(false);
  expect(await after(1.2e9)).toBe(false);
  expect(await after(0.91e9)).toBe(false);
  expect(await after(0.89e9)).toBe(true);
  expect(await after(0.99e9)).toBe(true);
  expect(log.lines.map(({ message }) => message)).toEqual([
    'memory is short: new connections are refused',
    'new connections are taken again',
  ]);
  stop();
  expect(await after(2e9)).toBe(true);
});

test.each([
  ['all of a small container', 512e6, 0.81 * 512e6, false],
  ['little of a small container', 512e6, 0.7 * 512e6, true],
  ['much, where no container has a limit', 2 ** 64, 512e6, true],
  ['all of a machine whose containers have no limit', 2 ** 64, 2 ** 60, false],
  ['everything, where the container is not known', 0, 2 ** 60, false],
])('by default: %s', async (_what, container, resident, accepting) => {
  const constrained = vi.spyOn(process, 'constrainedMemory').mockReturnValue(container);
  const { admission, stop } = setup(undefined, () => resident);
  constrained.mockRestore();
  await vi.advanceTimersByTimeAsync(100);
  expect(admission.accepting).toBe(accepting);
  stop();
});

test('limit 0 is none', async () => {
  const { admission } = setup(0, () => 2 ** 60);
  await vi.advanceTimersByTimeAsync(1000);
  expect(admission.accepting).toBe(true);
});

test('the heap of V8 has its limit too', async () => {
  const { admission, stop } = setup(undefined, () => 0);
  heap.used_heap_size = 3.7e9;
  await vi.advanceTimersByTimeAsync(100);
  expect(admission.accepting).toBe(false);
  heap.used_heap_size = 1e8;
  await vi.advanceTimersByTimeAsync(100);
  expect(admission.accepting).toBe(true);
  stop();
});
