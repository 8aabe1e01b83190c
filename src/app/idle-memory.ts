/**
 * Gives memory back to the system while the server idles. V8 by itself keeps what starting, or a burst of logins, took:
 * about 10 MB of an idle server.
 */
import { performance } from 'node:perf_hooks';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { mallocTrim } from './malloc-trim.ts';

/** Milliseconds between two looks. */
const INTERVAL = 10_000;

/** Share of the time between two looks that an idle server is busy at most. */
const IDLE = 0.01;

/** Bytes by which the heap, or the process, must have grown to be worth the work. */
const WORTH = 4e6;

/** Bytes in use above which it is left to V8: collecting takes about a millisecond per MB. */
const LARGE = 64e6;

/** Look every `interval` milliseconds, until the function that is returned is called. */
export function giveBackIdleMemory(interval = INTERVAL): () => void {
  const collect = collector();
  let before = performance.eventLoopUtilization();
  let smallest = 0;
  /** Bytes in use after the last collection; what is in use before one is mostly garbage after a burst. */
  let live = 0;
  const trim = mallocTrim();
  let trimmed = 0;
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const busy = performance.eventLoopUtilization(now, before).utilization;
    before = now;
    const { total_heap_size: total, used_heap_size: used } = getHeapStatistics();
    if (busy > IDLE) return;
    if ((live <= LARGE || used < live / 2) && total >= smallest + WORTH) {
      collect({ type: 'major', flavor: 'last-resort' });
      ({ total_heap_size: smallest, used_heap_size: live } = getHeapStatistics());
    }
    if (trim === undefined || process.memoryUsage.rss() < trimmed + WORTH) return;
    trim();
    trimmed = process.memoryUsage.rss();
  }, interval).unref();
  return () => clearInterval(timer);
}

/** The function that the flag brings: there is no other way to it. */
function collector(): (options: NodeJS.GCOptions) => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') return () => undefined;
  return (options) => void Reflect.apply(collect, undefined, [options]);
}
