/** What a process does before it becomes a server: permissions, sockets, and rights that it gives up. */
import type { Log } from '../../logging/log.ts';
import type { BoundSockets } from '../../net/bound-sockets.ts';
import type { CommandLine } from '../command-line.ts';
import { makeRecordFolder } from '../running-record.ts';
import type { ServerSettings } from '../server-settings.ts';
import { adoptSockets, bindLowPorts } from './bind-early.ts';
import { makePidfileFolder, mustBeWritable } from './pidfile.ts';
import type { Account } from './process-settings.ts';
import { accountToBecome, become, makeFolderFor, ownerOf } from './privileges.ts';

/** Files that the server makes are for its own account alone: they hold keys, passwords and messages. */
const UMASK = 0o077;

/**
 * Prepare the process and return the sockets that are bound already.
 * @throws ConfigError it is root and may not be, or a port or the pidfile cannot be had
 */
export async function prepareProcess(
  { root, container }: Pick<CommandLine, 'root' | 'container'>,
  settings: ServerSettings,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<BoundSockets> {
  const { process: own, hosts, dataPath } = settings;
  process.umask(own?.umask ?? UMASK);
  const sockets = await adoptSockets(environment, hosts);
  const account = accountToBecome({
    uid: process.getuid?.(),
    account: (container ? containerAccount(dataPath, environment) : undefined) ?? own?.account,
    mayStay: root || own === undefined || own.runAsRoot,
  });
  makeFolderFor(dataPath, account);
  if (own?.pidfile !== undefined) makePidfileFolder(own.pidfile, account);
  if (account !== undefined) {
    makeRecordFolder(account);
    await bindLowPorts(hosts, sockets);
    become(account);
  }
  if (own?.pidfile !== undefined) mustBeWritable(own.pidfile);
  return sockets;
}

/** Say what was noticed about the process that an operator should know. */
export function warnOfProcess(sockets: BoundSockets, log: Log): void {
  if (process.getuid?.() === 0) log.warn({}, 'the server runs as root, whose rights it does not need');
  for (const socket of sockets.unused) log.warn({ socket }, 'no service listens on a socket that was handed over');
}

/** Whom a container that starts as root is to be: `PUID` and `PGID`, else the owner of the folder of data. */
function containerAccount(dataPath: string, { PUID, PGID }: NodeJS.ProcessEnv): Account | undefined {
  if (PUID !== undefined && /^[1-9][0-9]*$/.test(PUID)) {
    return { user: Number(PUID), group: PGID !== undefined && /^[0-9]+$/.test(PGID) ? Number(PGID) : Number(PUID) };
  }
  const owner = ownerOf(dataPath);
  return owner?.user === 0 ? undefined : owner;
}
