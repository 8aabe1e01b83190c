/** Takes no new connections while memory is short, so that those that are there are served on. */
import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import type { Log } from '../logging/log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Admission } from '../net/interface.ts';

/** Milliseconds between two looks: a storm of connections takes some 100 MB meanwhile. */
const INTERVAL = 1000;

/** Share of the machine's memory that is taken unless told otherwise: a kernel kills the process for the last of it. */
const OF_MACHINE = 0.8;

/** Share of the heap that is taken: with the last of it V8 ends the process. */
const OF_HEAP = 0.9;

/** Share of the limit below which connections are taken again. */
const RELIEVED = 0.9;

/** What is watched, and how. */
export interface MemoryWatch {
  /** Bytes of resident memory; 80 % of what the machine or its container has by default; 0 for no limit at all. */
  readonly limit?: number | undefined;
  /** Milliseconds between two looks. */
  readonly interval?: number;
  /** Bytes of resident memory in use. */
  readonly resident?: () => number;
}

/** Close and open the admission according to the memory in use, until the function that is returned is called: it opens it. */
export function watchMemory(admission: Admission, log: Log, metrics: Metrics, watch: MemoryWatch = {}): () => void {
  const { limit = defaultLimit(), interval = INTERVAL, resident = () => process.memoryUsage.rss() } = watch;
  const gauge = metrics.gauge('couplet_accept_paused', 'No new connections are taken, as memory is short: 1', {});
  if (limit === 0) return () => undefined;
  const timer = setInterval(() => {
    const rss = resident();
    const { used_heap_size: heap, heap_size_limit: heapLimit } = getHeapStatistics();
    const use = Math.max(rss / limit, heap / (OF_HEAP * heapLimit));
    const accepting = admission.accepting ? use <= 1 : use < RELIEVED;
    if (accepting === admission.accepting) return;
    admission.accepting = accepting;
    gauge.set(accepting ? 0 : 1);
    const fields = { residentMB: megabytes(rss), limitMB: megabytes(limit), heapMB: megabytes(heap) };
    log.warn(fields, accepting ? 'new connections are taken again' : 'memory is short: new connections are refused');
  }, interval).unref();
  return () => {
    clearInterval(timer);
    admission.accepting = true;
    gauge.set(0);
  };
}

/** Of the container, where there is one that has a limit: without one Node says 0, or more than there can be. */
function defaultLimit(): number {
  const container = process.constrainedMemory();
  return OF_MACHINE * (container > 0 ? Math.min(container, totalmem()) : totalmem());
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
