// Compiles src into dist. Plain JavaScript: `npm ci` calls it on whatever Node.js is there.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const HELP = `usage: npm run build

Removes dist and compiles src into it. Ends with the compiler's status.
`;

if (process.argv.includes('--help')) {
  process.stdout.write(HELP);
} else {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const compiler = `${root}node_modules/typescript/bin/tsc`;
  rmSync(`${root}dist`, { recursive: true, force: true });
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}
