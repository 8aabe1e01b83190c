/**
 * What a running server leaves for coupletctl: where its control socket is, by the path of its configuration. So the
 * configuration need not be read to reach it, nor be one that can be read.
 *
 * A record is believed where nobody but the user who asks could have written it. Root also believes the folder of the
 * machine, which nobody else can make, and the owner of the configuration, who decides anyway where the server is.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { isRunning } from './service/pidfile.ts';
import { makeFolderFor, ownerOf } from './service/privileges.ts';
import type { Account } from './service/process-settings.ts';

/** Variable that names another folder of the machine. */
const FOLDER = 'COUPLET_RUN_DIRECTORY';

const ROOT = 0;
const OWNER_ONLY = 0o700;
/** Group or others may write. */
const WRITABLE = 0o022;
/** Longest record in bytes. */
const MAX_SIZE = 65_536;

const content = z.object({ config: z.string(), socket: z.string(), pid: z.int() });

/** A server that runs, or did. */
export type RunningRecord = z.infer<typeof content>;

/** As root, for the account that it becomes: make the folder in which that can leave what root believes. */
export function makeRecordFolder(account: Account): void {
  try {
    makeFolderFor(ofMachine(), account);
  } catch {
    // nothing is left there, then: root has to read the configuration
  }
}

/**
 * Leave a record of this process in the first folder that takes it, and remove those of servers that were killed.
 * @param config absolute path of the configuration
 * @returns removes it
 */
export function leaveRecord(config: string, socket: string): () => void {
  const uid = process.getuid?.();
  for (const [index, folder] of uid === undefined ? [] : foldersOf(uid).entries()) {
    if (index > 0) attempt(() => mkdirSync(folder, { mode: OWNER_ONLY })); // that of the machine is root's to make
    if (closedTo(folder) !== uid) continue;
    const written = attempt(() => {
      for (const name of readdirSync(folder)) if (isLeft(join(folder, name))) rmSync(join(folder, name));
      // One file a server: several may have the same configuration, in other environments.
      const path = join(folder, `${hash(config)}-${hash(socket)}.json`);
      const started = `${path}.${process.pid}`;
      const text: RunningRecord = { config, socket, pid: process.pid };
      writeFileSync(started, JSON.stringify(text), { mode: 0o600 });
      renameSync(started, path);
      return path;
    });
    if (written !== undefined)
      return () => void (read(written)?.pid === process.pid && rmSync(written, { force: true }));
  }
  return () => undefined;
}

/**
 * The records that servers with that configuration left, if they are to be believed. Whether they run is seen at their
 * sockets.
 * @param config absolute path
 */
export function findRecords(config: string): RunningRecord[] {
  const uid = process.getuid?.();
  if (uid === undefined) return [];
  const decides = uid === ROOT ? ownerOf(config)?.user : undefined;
  const folders = new Set([...foldersOf(uid), ...(decides === undefined ? [] : foldersOf(decides))]);
  return [...folders].flatMap((folder) => {
    const owner = closedTo(folder);
    if (owner === undefined) return [];
    if (owner !== uid && owner !== decides && !(uid === ROOT && folder === ofMachine())) return [];
    const names =
      attempt(() => readdirSync(folder))?.filter(
        (name) => name.startsWith(`${hash(config)}-`) && name.endsWith('.json'),
      ) ?? [];
    const found = names.flatMap((name) => read(join(folder, name), owner) ?? []);
    return found.filter((record) => record.config === config && ownerOf(record.socket)?.user === owner);
  });
}

function ofMachine(): string {
  return process.env[FOLDER] ?? '/run/couplet';
}

/** Folders for the servers of a user; the first one is that of the machine. */
function foldersOf(uid: number): string[] {
  const own = uid === process.getuid?.();
  const runtime = own ? process.env['XDG_RUNTIME_DIR'] : `/run/user/${uid}`;
  const folders = [ofMachine(), ...(runtime ? [join(runtime, 'couplet')] : []), join(tmpdir(), `couplet-${uid}`)];
  return folders;
}

/** The owner of a folder, if nobody else can write to it. */
function closedTo(folder: string): number | undefined {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && (found.mode & WRITABLE) === 0 ? found.uid : undefined;
}

/** @param owner whose file it has to be */
function read(path: string, owner = process.getuid?.()): RunningRecord | undefined {
  return attempt(() => {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const found = fstatSync(file);
      if (!found.isFile() || found.uid !== owner || (found.mode & WRITABLE) !== 0 || found.size > MAX_SIZE)
        return undefined;
      return content.parse(JSON.parse(readFileSync(file, 'utf8')));
    } finally {
      closeSync(file);
    }
  });
}

/** Is it of a process that is gone? */
function isLeft(path: string): boolean {
  const pid = read(path)?.pid;
  return pid !== undefined && !isRunning(pid);
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
