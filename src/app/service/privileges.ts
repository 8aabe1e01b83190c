/** Rights of the process: a server does not need those of root, so it gives them up or refuses to have them. */
import { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError } from '../../config/config-error.ts';
import type { Account, ProcessSettings } from './process-settings.ts';

/** Says, where it is yes, what `--root` says. */
export const RUN_AS_ROOT = 'COUPLET_RUN_AS_ROOT';

const ROOT = 0;

/** Did somebody say that root may run it, for this process and those that it starts? */
export function mayBeRoot(): boolean {
  return /^(?:1|true|yes|on)$/i.test(process.env[RUN_AS_ROOT] ?? '');
}

/** What is known when it is decided whom the process becomes. */
interface Rights {
  /** The user that the process is, by its number; `undefined` where the system has none. */
  readonly uid: number | undefined;
  /** Whom it is to become. */
  readonly account: Account | undefined;
  /** Somebody said that it may stay root. */
  readonly mayStay: boolean;
}

/**
 * Whom the process has to become; `undefined` if it stays what it is.
 * @throws ConfigError it is root, and nobody said what is to be done about that
 */
export function accountToBecome({ uid, account, mayStay }: Rights): Account | undefined {
  if (uid !== ROOT || mayStay) return undefined;
  if (account !== undefined && account.user !== ROOT && account.user !== 'root') return account;
  throw new ConfigError(
    'root has more rights than a server needs: start it as another user, or name one with prosody_user (in a container also PUID); --root or run_as_root lets it be root',
  );
}

/**
 * The numbers of an account.
 * @throws ConfigError there is no such user or group
 */
export function idsOf({ user, group }: Account): { readonly uid: number; readonly gid: number } {
  const { getegid, geteuid, setegid, seteuid } = process;
  if (getegid === undefined || geteuid === undefined || setegid === undefined || seteuid === undefined) {
    throw new ConfigError('prosody_user: this system has no users to become');
  }
  const before = getegid();
  try {
    // The system looks names up wherever it keeps them, not in /etc/passwd alone.
    setegid(group);
    const gid = getegid();
    setegid(before);
    seteuid(user);
    const uid = geteuid();
    seteuid(ROOT);
    return { uid, gid };
  } catch (error) {
    if (geteuid() !== ROOT) seteuid(ROOT);
    setegid(before);
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(
      `root cannot become ${user}:${group} (prosody_user, prosody_group): ${reason}; --root lets it be root`,
    );
  }
}

/**
 * Become that user for good, without any rights and groups of before.
 * @throws ConfigError there is no such user or group
 */
export function become(account: Account): void {
  const { uid, gid } = idsOf(account);
  const initgroups: unknown = Reflect.get(process, 'initgroups');
  if (typeof account.user === 'string' && typeof initgroups === 'function') {
    Reflect.apply(initgroups, process, [account.user, gid]);
  } else process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
  if (process.getuid?.() !== uid || process.getgid?.() !== gid || (uid !== ROOT && canBeRoot())) {
    throw new Error('the rights of root could not be given up');
  }
}

/**
 * For commands of root that work on data while no server runs: become the owner of its folder, so that the server can
 * use what they leave there; where there is none yet, whom the server will become.
 */
export function becomeOwner(dataPath: string, own: ProcessSettings | undefined): void {
  if (process.getuid?.() !== ROOT || mayBeRoot()) return;
  const account = ownerOf(dataPath) ?? (own?.runAsRoot === true ? undefined : own?.account);
  if (account === undefined || account.user === ROOT) return;
  makeFolderFor(dataPath, account);
  become(account);
}

/** Whose a file or folder is; `undefined` if it is not there. */
export function ownerOf(path: string): { readonly user: number; readonly group: number } | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : { user: found.uid, group: found.gid };
}

function canBeRoot(): boolean {
  try {
    process.seteuid?.(ROOT);
    return true;
  } catch {
    return false;
  }
}

/** Make a folder that is missing, with those above it, and give them to the account, if there is one: only root can do that. */
export function makeFolderFor(path: string, account: Account | undefined, mode = 0o700): void {
  const first = mkdirSync(path, { recursive: true });
  if (first === undefined) return;
  const ids = account && idsOf(account);
  for (let folder = path; folder.length >= first.length; folder = dirname(folder)) {
    chmodSync(folder, mode); // whatever the umask is
    if (ids !== undefined) chownSync(folder, ids.uid, ids.gid);
  }
}
