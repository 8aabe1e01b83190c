/** A server in the background. */
import { spawn } from 'node:child_process';
import { closeSync, fchownSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { ServerSettings } from '../server-settings.ts';
import { idsOf, makeFolderFor, mayBeRoot } from './privileges.ts';

/** Seconds for which a start or a stop is waited for unless `prosodyctl_timeout` says otherwise. */
export const PATIENCE = 60;

/** What a server in the background would have written to its terminal, in the folder of data. */
const LOG = 'couplet.log';

/** Message of a server to whoever started it. */
const READY = 'ready';

/** What became of a start. */
export interface BackgroundStart {
  /** `late`: it runs, and does not take connections yet. */
  readonly outcome: 'ready' | 'late' | 'ended';
  readonly pid: number | undefined;
  /** File with what it would have written to a terminal. */
  readonly log: string;
  /** What that was, since this start. */
  readonly said: string;
}

/** Start a server and wait until it takes connections, or has ended. */
export async function startInBackground(
  program: string,
  args: readonly string[],
  {
    dataPath,
    process: own,
    commandTimeout = PATIENCE,
  }: Pick<ServerSettings, 'dataPath' | 'process' | 'commandTimeout'>,
): Promise<BackgroundStart> {
  const account = process.getuid?.() === 0 && own?.runAsRoot !== true && !mayBeRoot() ? own?.account : undefined;
  makeFolderFor(dataPath, account);
  const log = join(dataPath, LOG);
  const to = openSync(log, 'a', 0o600);
  if (account !== undefined) fchownSync(to, idsOf(account).uid, idsOf(account).gid);
  const { size } = fstatSync(to);
  const child = spawn(process.execPath, [program, ...args], { detached: true, stdio: ['ignore', to, to, 'ipc'] });
  closeSync(to);
  const late = new AbortController();
  const outcome = await Promise.race([
    new Promise<'ready'>((resolve) => child.on('message', (message) => message === READY && resolve('ready'))),
    new Promise<'ended'>((resolve) => child.once('exit', () => resolve('ended')).once('error', () => resolve('ended'))),
    wait(commandTimeout * 1000, 'late' as const, { signal: late.signal }),
  ]);
  late.abort();
  if (child.connected) child.disconnect();
  child.unref();
  return { outcome, pid: child.pid, log, said: readFileSync(log).subarray(size).toString() };
}

/** Tell whoever started this process, if it listens, that the server takes connections. */
export function sayReady(): void {
  process.send?.(READY);
}
