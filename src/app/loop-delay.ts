/** How long the one thread that does everything is held up: what waits meanwhile is every client. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Log } from '../logging/log.ts';
import type { Metrics } from '../metrics/metrics.ts';

/** Milliseconds between two samples. */
const RESOLUTION = 100;
/** Milliseconds between two looks at them. */
const INTERVAL = 10_000;
/** Seconds that are logged. */
const LONG = 0.5;

/** Measure, and warn of long delays, at most once per `interval` milliseconds; the function that is returned ends it. */
export function watchLoopDelay(log: Log, metrics: Metrics, interval = INTERVAL): () => void {
  const gauge = metrics.gauge('couplet_event_loop_delay_max_seconds', 'Longest delay of the event loop of late', {});
  const samples = monitorEventLoopDelay({ resolution: RESOLUTION });
  samples.enable();
  const timer = setInterval(() => {
    const longest = samples.count === 0 ? 0 : Math.max(0, samples.max / 1e6 - RESOLUTION) / 1000;
    samples.reset();
    gauge.set(longest);
    if (longest > LONG)
      log.warn({ seconds: Number(longest.toFixed(2)) }, 'the event loop was held up: everybody waited');
  }, interval).unref();
  return () => {
    clearInterval(timer);
    samples.disable();
  };
}
