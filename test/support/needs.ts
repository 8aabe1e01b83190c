/**
 * What a test needs and a machine may lack. Use at the top of a test file or in a `describe`:
 *
 *     describe.skipIf(!needs('prosody'))('federation with Prosody', …)
 *
 * The tests left out are counted as skipped, and the run ends with a list of what was missing.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { TestRunner } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** What the file's tests wanted and did not find; read by the reporter. */
    missing?: string[];
  }
}

/** Programs of the operating system that `.ci/run` installs, each with the test for being there. */
const PROGRAMS = {
  openssl: () => onPath('openssl'),
  profanity: () => onPath('profanity') && onPath('tmux'),
  prosody: () => onPath('prosody'),
  script: () => process.platform === 'linux' && onPath('script'),
  slixmpp: () => spawnSync('/usr/bin/python3', ['-c', 'import slixmpp'], { stdio: 'ignore' }).status === 0,
  strace: () => onPath('strace'),
} as const;

/** A name that `needs` knows. */
export type Program = keyof typeof PROGRAMS;

/**
 * Is `program` installed? Where `CI` is `true` it has to be.
 *
 * @throws {Error} when it is missing and `CI` is `true`
 */
export function needs(program: Program, environment: NodeJS.ProcessEnv = process.env): boolean {
  if (PROGRAMS[program]()) return true;
  if (environment['CI'] === 'true') throw new Error(`${program} is not installed, and in CI it must be: see .ci/run`);
  note(`${program} is not installed`);
  return false;
}

/**
 * The path in the environment variable `variable`: files that are not part of the repository, such as a corpus or
 * somebody's real data. `undefined` where it is unset or names nothing; never a failure.
 */
export function external(variable: string, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const path = environment[variable];
  if (path !== undefined && existsSync(path)) return path;
  note(path === undefined ? `${variable} is not set` : `${variable} names nothing: ${path}`);
  return undefined;
}

/** The program, with its arguments, that starts another one as process 1 of a namespace; killed, it takes that along. */
export const PID_NAMESPACE: readonly string[] = [
  ...['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'],
  ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
];

/** Does `PID_NAMESPACE` work? That is for the machine to allow, also in CI: never a failure. */
export function pidNamespaces(): boolean {
  const [program = '', ...parameters] = PID_NAMESPACE;
  if (spawnSync(program, [...parameters, 'true'], { stdio: 'ignore' }).status === 0) return true;
  note('PID namespaces are not permitted');
  return false;
}

/** Is an executable file of that name in a folder of PATH? */
function onPath(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      return false;
    }
  });
}

function note(what: string): void {
  const { meta } = TestRunner.getCurrentSuite().file;
  meta.missing = [...(meta.missing ?? []), what];
}
