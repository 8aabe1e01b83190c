/** Permissions of files. */
import { statSync } from 'node:fs';

/** A file or folder. */
export interface FileFacts {
  readonly path: string;
  /** Permissions, with the sticky bit. */
  readonly mode: number;
  /** Number of the user. */
  readonly owner: number;
}

/** What the system says of a path; `undefined` where it is not there or not to be seen. */
export function statOf(path: string): FileFacts | undefined {
  try {
    const { mode, uid } = statSync(path);
    return { path, mode: mode & 0o7777, owner: uid };
  } catch {
    return undefined;
  }
}
