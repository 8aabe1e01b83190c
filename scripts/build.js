// Compiles src into dist. Plain JavaScript: it runs at the end of `npm ci`, on whatever Node.js is there.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const HELP = `usage: node scripts/build.js [--if-possible]

Removes dist and compiles src into it. Exits with the compiler's status.
  --if-possible   where the compiler is not installed, leave everything as it is and exit with status 0
`;

const root = fileURLToPath(new URL('..', import.meta.url));

function tsc(parameters, stdio) {
  const compiler = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
  return spawnSync(process.execPath, [compiler, ...parameters], { cwd: root, stdio }).status ?? 1;
}

if (process.argv.includes('--help')) {
  process.stdout.write(HELP);
} else if (process.argv.includes('--if-possible') && tsc(['--version'], 'ignore') !== 0) {
  process.stdout.write('dist is not built: the TypeScript compiler is not installed\n');
} else {
  rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
  process.exitCode = tsc(['-p', 'tsconfig.build.json'], 'inherit');
}
