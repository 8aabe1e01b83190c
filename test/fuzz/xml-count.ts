/**
 * The parser beside another one on as many inputs as there is time for: `node test/fuzz/xml-count.ts FILE MILLIONS`.
 *
 * Inputs are numbered, each made from its number. FILE gets a line for each lot that is done; the next run goes on behind
 * the last one. What is printed is the sum of all lines. Exit code 1 where a crash or a disagreement was found.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { compareParsers } from './xml-differential.ts';

/** Inputs of a lot; those below the first belong to the other tests of this folder. */
const LOT = 100_000;
const FIRST = 10_000_000;

const lot = z.object({
  from: z.number(),
  to: z.number(),
  accepted: z.number(),
  rejected: z.number(),
  found: z.array(z.string()),
});

const [file = '', millions = '10'] = process.argv.slice(2);
const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
const done = lines.filter((line) => line !== '').map((line) => lot.parse(JSON.parse(line)));
for (let left = (Number(millions) * 1_000_000) / LOT - done.length; left > 0; left--) {
  const from = done.at(-1)?.to ?? FIRST;
  const { accepted, rejected, crashes, disagreements } = compareParsers(from, from + LOT);
  const result = { from, to: from + LOT, accepted, rejected, found: [...crashes, ...disagreements] };
  done.push(result);
  appendFileSync(file, `${JSON.stringify(result)}\n`);
}
const sum = (of: (one: z.infer<typeof lot>) => number): number => done.reduce((total, one) => total + of(one), 0);
const found = done.flatMap((one) => one.found);
const inputs = sum(({ from, to }) => to - from);
const counts = `${sum((one) => one.accepted)} accepted, ${sum((one) => one.rejected)} rejected`;
process.stdout.write(`${inputs} inputs: ${counts}, ${found.length} crashes or disagreements\n${found.join('\n')}`);
process.exitCode = found.length === 0 ? 0 : 1;
