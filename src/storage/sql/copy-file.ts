/** Copies a file and tells how far it is. */
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import type { Progress } from './progress.ts';

/** Bytes that are copied between two reports. */
const CHUNK = 4 * 1024 * 1024;

/** Copies `source` to `target`, which is made for its owner alone. `progress` is told bytes. */
export function copyFile(source: string, target: string, progress?: Progress): void {
  const from = openSync(source, 'r');
  try {
    const to = openSync(target, 'w', 0o600);
    try {
      const whole = fstatSync(from).size;
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK, whole + 1));
      let done = 0;
      for (let read = readSync(from, chunk); read > 0; read = readSync(from, chunk)) {
        for (let written = 0; written < read;) written += writeSync(to, chunk, written, read - written);
        done += read;
        progress?.(done, Math.max(done, whole));
      }
    } finally {
      closeSync(to);
    }
  } finally {
    closeSync(from);
  }
}
