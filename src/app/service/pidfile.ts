/** The file with the number of the process, for programs that watch or signal it. */
import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { ConfigError } from '../../config/config-error.ts';

/** Anybody may know the number, whatever other files of the server are. */
const MODE = 0o644;

/**
 * Write the file, in place of one that a server left behind. The function returned removes it.
 * @throws ConfigError the server that is named there runs, or the file cannot be written
 */
export function writePidfile(path: string): () => void {
  const other = serverNamedIn(path);
  if (other !== undefined) throw new ConfigError(`${path}: the server runs already, as process ${other}`);
  const started = `${path}.${process.pid}`;
  try {
    writeFileSync(started, `${process.pid}\n`);
    chmodSync(started, MODE);
    renameSync(started, path); // nobody reads half of it
  } catch (error) {
    rmSync(started, { force: true });
    throw new ConfigError(`the pidfile cannot be written: ${error instanceof Error ? error.message : String(error)}`);
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
