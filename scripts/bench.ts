/** Runs micro benchmarks, one process each and one after the other. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const HELP = `usage: npm run bench:micro -- [NAME…]

Runs bench/NAME.bench.ts. Without NAME the table of all that is on the hot path: bench/micro.bench.ts.
`;

const folder = fileURLToPath(new URL('../bench/', import.meta.url));
const ENDING = '.bench.ts';
const OVERVIEW = 'micro';

function run(wanted: readonly string[]): void {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(ENDING))
    .map((file) => file.slice(0, -ENDING.length));
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`no such benchmark: ${unknown.join(', ')}; there are ${names.join(', ')}`);
  for (const name of wanted.length > 0 ? wanted : [OVERVIEW]) {
    process.stdout.write(`\n${name}\n`);
    const { status } = spawnSync(process.execPath, ['--expose-gc', `${folder}${name}${ENDING}`], { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}

const parameters = process.argv.slice(2);
if (parameters.includes('--help')) process.stdout.write(HELP);
else run(parameters);
