/** The file with the number of the process, for programs that watch or signal it. */
import { accessSync, chmodSync, constants, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError } from '../../config/config-error.ts';
import { makeFolderFor } from './privileges.ts';
import type { Account } from './process-settings.ts';

/** Anybody may know the number, whatever other files of the server are. */
const MODE = 0o644;

/** So may they look into a folder that is made for it. */
const FOLDER_MODE = 0o755;

/**
 * Make the folder of the file, if it is missing, for the account that the process becomes, if it becomes another one.
 * @throws ConfigError it cannot be made
 */
export function makePidfileFolder(path: string, account: Account | undefined): void {
  try {
    makeFolderFor(dirname(path), account, FOLDER_MODE);
  } catch (error) {
    throw new ConfigError(`pidfile: its folder cannot be made: ${reasonOf(error)}: make it, or choose another place`);
  }
}

/**
 * Make sure that the file can be written, before anything is done.
 * @throws ConfigError it cannot, or the server that is named there runs
 */
export function mustBeWritable(path: string): void {
  refuseOther(path);
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch (error) {
    throw new ConfigError(`the pidfile cannot be written: ${reasonOf(error)}`);
  }
}

/**
 * Write the file, in place of one that a server left behind. The function returned removes it.
 * @throws ConfigError the server that is named there runs, or the file cannot be written
 */
export function writePidfile(path: string): () => void {
  refuseOther(path);
  const started = `${path}.${process.pid}`;
  try {
    writeFileSync(started, `${process.pid}\n`);
    chmodSync(started, MODE);
    renameSync(started, path); // nobody reads half of it
  } catch (error) {
    rmSync(started, { force: true });
    throw new ConfigError(`the pidfile cannot be written: ${reasonOf(error)}`);
  }
  return () => {
    if (read(path) === process.pid) rmSync(path, { force: true });
  };
}

/** The process that a file names, if that is a server which runs, and another one than this. */
export function serverNamedIn(path: string): number | undefined {
  const pid = read(path);
  if (pid === undefined || pid === process.pid || !isRunning(pid)) return undefined;
  // Numbers are given again, in containers often the very same: another program is no server.
  const command = contents(`/proc/${pid}/cmdline`);
  return command === undefined || /couplet|prosody|app\/main\.ts/.test(command) ? pid : undefined;
}

/** Does that process run? */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function refuseOther(path: string): void {
  const other = serverNamedIn(path);
  if (other !== undefined) throw new ConfigError(`${path}: the server runs already, as process ${other}`);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function read(path: string): number | undefined {
  const text = contents(path)?.trim() ?? '';
  return /^[1-9][0-9]{0,9}$/.test(text) ? Number(text) : undefined;
}

function contents(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
