/** Finding the files that checks read. */
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/** All files below the given folders of `root` whose name ends with one of `endings`; relative to `root`, sorted. */
export function sourceFiles(root: string, folders: readonly string[], endings: readonly string[]): string[] {
  return folders
    .flatMap((folder) => entriesBelow(join(root, folder)))
    .map((path) => relative(root, path))
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .sort();
}

function entriesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return []; // a folder that does not exist yet
  }
}
