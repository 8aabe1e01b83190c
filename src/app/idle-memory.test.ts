import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { giveBackIdleMemory } from './idle-memory.ts';

const total = (): number => getHeapStatistics().total_heap_size;

function burst(): number {
  let kept: unknown[] = [];
  for (let round = 0; round < 4; round++) kept = Array.from({ length: 200_000 }, (_, index) => [index]);
  return kept.length + total();
}

/** Collections that somebody asked for, until the function that is returned is called. */
function collections(): () => number {
  const collection = z.object({ detail: z.object({ flags: z.number() }) });
  let asked = 0;
  const observer = new PerformanceObserver((list) => {
    asked += list.getEntries().filter((entry) => (collection.parse(entry).detail.flags & ALL_AVAILABLE) !== 0).length;
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => {
    observer.disconnect();
    return asked;
  };
}
const ALL_AVAILABLE = 16;

test('what a burst took is given back when the server idles, once', async () => {
  const before = total();
  expect(burst()).toBeGreaterThan(before + 8e6);
  const count = collections();
  const stop = giveBackIdleMemory(300);
  await expect.poll(total, { timeout: 25_000, interval: 400 }).toBeLessThan(before + 6e6);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  stop();
  expect(count()).toBe(2); // one collection reports twice
}, 30_000);

test('not while it is busy', async () => {
  burst();
  const count = collections();
  const stop = giveBackIdleMemory(50);
  for (const until = performance.now() + 300; performance.now() < until;) {
    const spin = performance.now() + 20;
    while (performance.now() < spin);
    await new Promise(setImmediate);
  }
  stop();
  expect(count()).toBe(0);
});
