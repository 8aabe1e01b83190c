/** Entry point of coupletctl and prosodyctl. */
import { basename } from 'node:path';
import { ask } from './ask.ts';
import { runCommandLine } from './run-command-line.ts';

process.exitCode = await runCommandLine(process.argv.slice(2), {
  program: basename(process.argv[1] ?? 'coupletctl', '.js'),
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  ask,
  interactive: process.stdin.isTTY && process.stderr.isTTY,
});
