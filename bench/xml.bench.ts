/** Prints what parsing and editing stanzas costs: `node bench/xml.bench.ts [RUNS]`. */
import { corpus } from './xml-corpus.ts';
import { STANZAS, measureXml } from './xml-measure.ts';

const runs = Number(process.argv[2] ?? 7);
const bytes = corpus(STANZAS, 10).reduce((sum, chunk) => sum + chunk.length, 0);
const rows = measureXml(runs);
const [first] = rows;

console.log(
  `${STANZAS} stanzas of ${Math.round(bytes / STANZAS)} bytes, 10 a chunk; medians of ${runs} interleaved runs; Node ${process.version}`,
);
console.log('                                    CPU µs   of saxes   heap bytes   of saxes');
for (const { name, cpu, heap } of rows) {
  console.log(
    name.padEnd(34),
    cpu.toFixed(2).padStart(7),
    ratio(cpu, first?.cpu).padStart(10),
    (heap === undefined ? '–' : heap.toFixed(0)).padStart(12),
    ratio(heap, first?.heap).padStart(10),
  );
}

function ratio(value: number | undefined, reference: number | undefined): string {
  return value === undefined || reference === undefined ? '–' : (value / reference).toFixed(3);
}
