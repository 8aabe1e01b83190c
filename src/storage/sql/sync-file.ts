/** Files that survive a power cut. */
import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Waits until a file's content is on disk; for a folder, until its names are. */
export function syncFile(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
