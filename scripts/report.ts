/** How a check tells what it found. */

/**
 * Print the problems, and end the process with status 1 if there are any. `--help` on the command line prints `help`
 * instead, and nothing is looked for.
 */
export function report(help: string, find: () => readonly string[]): void {
  if (process.argv.includes('--help')) {
    process.stdout.write(help);
    return;
  }
  const problems = find();
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length > 0) process.exitCode = 1;
}
