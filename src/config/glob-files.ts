/** Files by patterns, for configurations that consist of several. */
import { globSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * Paths that match, sorted; hidden ones only where the pattern says so. A folder that is missing holds none.
 * @param pattern absolute
 */
export function globFiles(pattern: string): string[] {
  const hidden = basename(pattern).startsWith('.');
  return globSync(pattern)
    .filter((path) => hidden || !basename(path).startsWith('.'))
    .sort();
}
