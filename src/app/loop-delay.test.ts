import { expect, test } from 'vitest';
import { MemoryLog } from '../../test/support/world.ts';
import { Metrics } from '../metrics/metrics.ts';
import { watchLoopDelay } from './loop-delay.ts';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('a delay is measured and, if it is long, told once', async () => {
  const log = new MemoryLog();
  const metrics = new Metrics();
  const stop = watchLoopDelay(log, metrics, 1000);
  const value = (): number => {
    const [series] =
      metrics.families().find(({ name }) => name === 'couplet_event_loop_delay_max_seconds')?.series ?? [];
    return series !== undefined && 'value' in series.metric ? series.metric.value : -1;
  };
  await sleep(300); // it has to have begun
  for (const until = performance.now() + 1000; performance.now() < until;);
  await expect.poll(value, { timeout: 3000, interval: 20 }).toBeGreaterThan(0.7);
  expect(log.lines.map(({ message }) => message)).toEqual(['the event loop was held up: everybody waited']);
  await expect.poll(value, { timeout: 5000, interval: 20 }).toBeLessThan(0.5);
  stop();
  expect(log.lines).toHaveLength(1);
});
