/** Keys and certificates in files. */
import { chmod, chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Who may read such a file: its owner alone, or its group as well. Nobody else ever. */
export const PEM_MODE = { key: 0o600, certificate: 0o640 } as const;

/**
 * Store a file at once: whoever opens it finds the one of before or all of the new one. Its folder is made if it is
 * missing.
 * @param owner whose it is to be, where that is not who runs this
 * @throws Error it cannot be written
 */
export async function storePem(
  path: string,
  text: string,
  mode: number,
  owner?: { readonly uid: number; readonly gid: number },
): Promise<void> {
  const folder = dirname(path);
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made !== undefined && owner !== undefined) await chown(folder, owner.uid, owner.gid);
  const fresh = `${path}.new`;
  await rm(fresh, { force: true }); // of a process that was killed; never what somebody else put there
  await writeFile(fresh, text, { mode, flag: 'wx' });
  await chmod(fresh, mode);
  if (owner !== undefined) await chown(fresh, owner.uid, owner.gid);
  await rename(fresh, path);
}
