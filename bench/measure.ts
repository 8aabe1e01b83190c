/** CPU time and memory of pieces of code against a reference, in interleaved runs. */
import { getHeapStatistics } from 'node:v8';

/** A piece of code. */
export interface Case {
  readonly name: string;
  /** Operations in one run. */
  readonly operations: number;
  /** Called before every run; what it costs does not count. */
  readonly prepare?: () => void;
  readonly run: () => void | Promise<void>;
}

/** Medians for one case, per operation. */
export interface Row {
  readonly name: string;
  /** User and system time in microseconds. */
  readonly cpu: number;
  /** The same as a multiple of the reference. */
  readonly ratio: number;
  /** Bytes allocated on the JavaScript heap; `undefined` where this Node does not tell. */
  readonly heap: number | undefined;
}

/** What one run took, per operation. */
export interface Sample {
  readonly cpu: number;
  readonly heap: number;
}

/**
 * Run all cases `runs` times, in turns. Earlier turns warm up and do not count.
 * @param cases the first is the reference
 */
export async function measure(cases: readonly Case[], runs: number, warmUp = 3): Promise<Row[]> {
  const samples = cases.map((): Sample[] => []);
  for (let turn = -warmUp; turn < runs; turn++) {
    for (const [index, each] of cases.entries()) {
      each.prepare?.();
      globalThis.gc?.({ type: 'minor' }); // nobody pays for the garbage of others
      const allocated = allocatedBytes();
      const started = process.cpuUsage();
      const pending = each.run();
      if (pending !== undefined) await pending;
      const cpu = microseconds(process.cpuUsage(started));
      if (turn < 0) continue;
      const heap = allocatedBytes() - allocated;
      samples[index]?.push({ cpu: cpu / each.operations, heap: heap / each.operations });
    }
  }
  return rows(
    cases.map(({ name }) => name),
    samples,
  );
}

/** Medians of interleaved samples: CPU ratios are taken turn by turn, as the machine's speed changes with time. */
export function rows(names: readonly string[], samples: readonly (readonly Sample[])[]): Row[] {
  const reference = samples[0] ?? [];
  return names.map((name, index) => {
    const own = samples[index] ?? [];
    const heap = median(own.map((sample) => sample.heap));
    return {
      name,
      cpu: median(own.map((sample) => sample.cpu)),
      ratio: median(own.map((sample, turn) => sample.cpu / (reference[turn]?.cpu ?? Number.NaN))),
      heap: Number.isFinite(heap) ? heap : undefined,
    };
  });
}

/** Of an odd number of values the one in the middle; of none NaN. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Bytes allocated on the JavaScript heap since the start; NaN on a Node that does not count them. */
export function allocatedBytes(): number {
  const bytes: unknown = Reflect.get(getHeapStatistics(), 'total_allocated_bytes');
  return typeof bytes === 'number' ? bytes : Number.NaN;
}

/** User and system time together. */
export function microseconds({ user, system }: NodeJS.CpuUsage): number {
  return user + system;
}
