/**
 * What parsing a JID costs: time and heap per call, and what the first domain name outside ASCII loads.
 *
 *   node bench/jid.bench.ts
 */
import { Jid } from '../src/jid/jid.ts';

const ROUNDS = 7;
const CALLS = 5000;

interface Case {
  readonly name: string;
  /** The texts of one round, all different from those of other rounds where `fresh`. */
  readonly texts: (round: number) => string[];
}

/** Substrings of one long text, as the attributes of stanzas are: new string objects, whose hash is not known yet. */
function cut(texts: readonly string[]): string[] {
  const all = texts.join('\n');
  const result: string[] = [];
  for (let start = 0; start < all.length;) {
    const end = all.indexOf('\n', start);
    result.push(all.slice(start, end === -1 ? all.length : end));
    start = end === -1 ? all.length : end + 1;
  }
  return result;
}

function numbered(pattern: (n: string) => string, first: number): string[] {
  return cut(Array.from({ length: CALLS }, (_, i) => pattern((first + i).toString(36).padStart(6, '0'))));
}

const CASES: readonly Case[] = [
  {
    name: 'cached: one of 200 JIDs',
    texts: () => numbered((n) => `user${Number.parseInt(n, 36) % 200}@example.org/phone-Xw8q2`, 0),
  },
  {
    name: 'cold: ASCII, full, canonical',
    texts: (r) => numbered((n) => `user${n}@example.org/phone-Xw8q2`, r * CALLS),
  },
  { name: 'cold: ASCII, bare, upper case', texts: (r) => numbered((n) => `USER${n}@Example.org`, r * CALLS) },
  { name: 'cold: local part outside ASCII', texts: (r) => numbered((n) => `jürgen${n}@example.org/phone`, r * CALLS) },
  { name: 'cold: resource outside ASCII', texts: (r) => numbered((n) => `room@muc.example.org/Зоя ${n}`, r * CALLS) },
  { name: 'cold: domain outside ASCII', texts: (r) => numbered((n) => `user@b${n}.bücher.example`, r * CALLS) },
  { name: 'malformed', texts: (r) => numbered((n) => `us er${n}@example.org`, r * CALLS) },
];

function measure({ name, texts }: Case): void {
  let nanoseconds = Infinity;
  let bytes = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const batch = texts(round);
    const heap = process.memoryUsage().heapUsed;
    const start = process.hrtime.bigint();
    for (const text of batch) Jid.parse(text);
    const took = Number(process.hrtime.bigint() - start);
    const grown = process.memoryUsage().heapUsed - heap; // negative when a collection ran in between
    nanoseconds = Math.min(nanoseconds, took / CALLS);
    if (grown >= 0) bytes = Math.min(bytes, grown / CALLS);
  }
  process.stdout.write(
    `${name.padEnd(34)} ${nanoseconds.toFixed(0).padStart(6)} ns ${bytes.toFixed(0).padStart(6)} B\n`,
  );
}

const before = process.memoryUsage();
const start = process.hrtime.bigint();
Jid.parse('bücher.example');
const after = process.memoryUsage();
const first = Number(process.hrtime.bigint() - start) / 1e6;
process.stdout.write(
  `first domain outside ASCII: ${first.toFixed(1)} ms, heap ${((after.heapUsed - before.heapUsed) / 1e6).toFixed(1)} MB, RSS ${((after.rss - before.rss) / 1e6).toFixed(1)} MB\n`,
);
for (const each of CASES) measure(each);
