/** Keys and certificates in files. */
import { chmod, chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Who may read such a file: its owner alone, or its group as well. Nobody else ever. */
export const PEM_MODE = { key: 0o600, certificate: 0o640 } as const;

/** A file that is to be stored. */
interface PemFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/** Whose a file is to be. */
interface PemOwner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Store a file at once: whoever opens it finds the one of before or all of the new one. Its folder is made if it is
 * missing. Several, such as a key and its certificate, are replaced together when all of them have been written.
 * @param owner whose they are to be, where that is not who runs this
 * @throws Error one cannot be written; all stay as they were
 */
export async function storePem(files: readonly PemFile[], owner?: PemOwner): Promise<void> {
  for (const file of files) await writeBeside(file, owner);
  for (const { path } of files) await rename(freshOf(path), path);
}

async function writeBeside({ path, text, mode }: PemFile, owner: PemOwner | undefined): Promise<void> {
  const folder = dirname(path);
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made !== undefined && owner !== undefined) await chown(folder, owner.uid, owner.gid);
  const fresh = freshOf(path);
  await rm(fresh, { force: true }); // of a process that was killed; never what somebody else put there
  await writeFile(fresh, text, { mode, flag: 'wx' });
  await chmod(fresh, mode);
  if (owner !== undefined) await chown(fresh, owner.uid, owner.gid);
}

function freshOf(path: string): string {
  return `${path}.new`;
}
