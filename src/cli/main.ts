/** Entry point of coupletctl and prosodyctl. */
import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ask } from './ask.ts';
import { runCommandLine } from './run-command-line.ts';

const [, own = 'coupletctl'] = process.argv;

// Whoever reads may have seen enough, as head does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

process.exitCode = await runCommandLine(process.argv.slice(2), {
  program: basename(own, '.js'),
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  ask,
  server: join(dirname(realpathSync(own)), 'couplet.js'),
  interactive: process.stdin.isTTY && process.stderr.isTTY,
});
