/**
 * What parsing a JID costs: time and heap per call, what the first domain name outside ASCII loads, and how large the
 * cache becomes.
 *
 *   node bench/jid.bench.ts
 */
import { Jid } from '../src/jid/jid.ts';

const ROUNDS = 60;
/** So few that most rounds end before a garbage collection begins. */
const CALLS = 500;

interface Case {
  readonly name: string;
  /** The text number `n`; with a number that grows, none is in the cache. */
  readonly text: (n: number) => string;
}

const CASES: readonly Case[] = [
  { name: 'cached, one of 200', text: (n) => `user${digits(n % 200)}@example.org/phone-Xw8q2` },
  { name: 'cold, ASCII, full, canonical', text: (n) => `user${digits(n)}@example.org/phone-Xw8q2` },
  { name: 'cold, ASCII, bare, upper case', text: (n) => `USER${digits(n)}@Example.org` },
  { name: 'cold, localpart outside ASCII', text: (n) => `jürgen${digits(n)}@example.org/phone` },
  { name: 'cold, resourcepart outside ASCII', text: (n) => `room@muc.example.org/Зоя ${digits(n)}` },
  { name: 'cold, domainpart outside ASCII', text: (n) => `user@b${digits(n)}.bücher.example` },
  { name: 'malformed', text: (n) => `us er${digits(n)}@example.org` },
];

function digits(n: number): string {
  return n.toString(36).padStart(6, '0');
}

/** Substrings of one long text, as the attributes of stanzas are: new strings, whose hash is not known yet. */
function cut(texts: readonly string[]): string[] {
  const all = texts.join('');
  let end = 0;
  return texts.map((text) => all.slice(end, (end += text.length)));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function measure({ name, text }: Case): void {
  const nanoseconds: number[] = [];
  const bytes: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const batch = cut(Array.from({ length: CALLS }, (_, i) => text(round * CALLS + i)));
    const heap = process.memoryUsage().heapUsed;
    const start = process.hrtime.bigint();
    for (let i = 0; i < CALLS; i++) Jid.parse(batch[i] ?? ''); // an iterator would allocate too
    nanoseconds.push(Number(process.hrtime.bigint() - start) / CALLS);
    bytes.push((process.memoryUsage().heapUsed - heap) / CALLS);
  }
  const [time, heap] = [median(nanoseconds), median(bytes.slice(ROUNDS >> 1))]; // the compiler is done by then
  process.stdout.write(`${name.padEnd(36)}${time.toFixed(0).padStart(7)} ns${heap.toFixed(0).padStart(7)} B\n`);
}

const before = process.memoryUsage();
const start = process.hrtime.bigint();
Jid.parse('bücher.example');
const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
const after = process.memoryUsage();
const megabytes = (key: 'heapUsed' | 'rss'): string => `${((after[key] - before[key]) / 1e6).toFixed(1)} MB`;
process.stdout.write(`the first domainpart outside ASCII: ${milliseconds.toFixed(1)} ms, `);
process.stdout.write(`heap ${megabytes('heapUsed')}, RSS ${megabytes('rss')}\n`);
for (const each of CASES) measure(each);
