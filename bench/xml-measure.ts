/** CPU time and heap per stanza of the candidates, in interleaved runs. */
import { allocatedBytes, median, microseconds } from './measure.ts';
import { CANDIDATES } from './xml-candidates.ts';
import { corpus } from './xml-corpus.ts';

/** Medians for one candidate. */
export interface Row {
  readonly name: string;
  /** User and system time per stanza, in microseconds. */
  readonly cpu: number;
  /** Bytes allocated on the JavaScript heap per stanza; `undefined` where this Node does not tell. */
  readonly heap: number | undefined;
}

/** Stanzas in the corpus. */
export const STANZAS = 20_000;

/**
 * Run every candidate `runs` times, in turns. The first turn warms up and does not count.
 * @throws Error if candidates that read the same did not find the same
 */
export function measureXml(runs: number): Row[] {
  const chunks = corpus(STANZAS, 10);
  const samples = CANDIDATES.map((candidate) => ({ candidate, cpu: [0], heap: [0], sum: 0 }));
  for (let turn = 0; turn <= runs; turn++) {
    for (const sample of samples) {
      const allocated = allocatedBytes();
      const started = process.cpuUsage();
      sample.sum = sample.candidate.run(chunks);
      const cpu = microseconds(process.cpuUsage(started));
      if (turn === 0) continue;
      sample.cpu[turn - 1] = cpu / STANZAS;
      sample.heap[turn - 1] = (allocatedBytes() - allocated) / STANZAS;
    }
  }
  for (const { candidate, sum } of samples) {
    const other = samples.find((sample) => sample.candidate.facts === candidate.facts);
    if (other?.sum !== sum)
      throw new Error(`${candidate.name} read something else than ${String(other?.candidate.name)}`);
  }
  return samples.map(({ candidate, cpu, heap }) => ({
    name: candidate.name,
    cpu: median(cpu),
    heap: finite(median(heap)),
  }));
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
