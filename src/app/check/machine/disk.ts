/** Space on disks. */
import { existsSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Space of a file system in bytes, and its entries. */
export interface Disk {
  readonly free: number;
  readonly total: number;
  readonly freeFiles: number;
  readonly totalFiles: number;
}

/** Space where a path is, or will be made; `undefined` where it cannot be told. */
export function diskOf(path: string): Disk | undefined {
  let there = resolve(path);
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  try {
    const { bavail, blocks, bsize, ffree, files } = statfsSync(there);
    return { free: bavail * bsize, total: blocks * bsize, freeFiles: ffree, totalFiles: files };
  } catch {
    return undefined;
  }
}
