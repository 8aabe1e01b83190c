/** Runs every `check:…` script of package.json, all of them even if one fails, and says which failed. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { styleText } from 'node:util';
import { z } from 'zod';

const HELP = `usage: npm run check

Runs all scripts of package.json whose name starts with "check:". Each can be run alone: npm run check:types.
`;

const manifest = z.object({ scripts: z.record(z.string(), z.string()) });

function check(): void {
  const { scripts } = manifest.parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')));
  const failed: string[] = [];
  for (const [name, command] of Object.entries(scripts).filter(([name]) => name.startsWith('check:'))) {
    const start = performance.now();
    // PATH has node_modules/.bin in front: npm put it there.
    const { status, stdout, stderr } = spawnSync(command, { shell: true, encoding: 'utf8' });
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    process.stdout.write(
      `${status === 0 ? styleText('green', 'ok    ') : styleText('red', 'FAILED')} ${name} (${seconds} s)\n`,
    );
    if (status === 0) continue;
    process.stdout.write(stdout + stderr);
    failed.push(name);
  }
  if (failed.length === 0) return;
  process.stdout.write(`failed: ${failed.join(', ')}\n`);
  process.exitCode = 1;
}

if (process.argv.includes('--help')) process.stdout.write(HELP);
else check();
