/** Runs all generators: `npm run docs`, and with `--check` the freshness check of `npm run check`. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Not here: its output follows one Unicode version and not the code, so it runs when that version changes. */
const BY_HAND = new Set(['generate-precis.ts']);

const HELP = `usage: node scripts/generate.ts [--check]

Runs every scripts/generate-*.ts, each of which writes files from the code.
  --check   write nothing; fail if a file is stale
`;

if (process.argv.includes('--help')) {
  process.stdout.write(HELP);
} else {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  for (const name of readdirSync(folder).sort()) {
    if (!/^generate-[a-z-]+\.ts$/.test(name) || name.endsWith('.test.ts') || BY_HAND.has(name)) continue;
    const { status } = spawnSync(process.execPath, [folder + name, ...process.argv.slice(2)], { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}
