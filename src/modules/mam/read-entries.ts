/** Reads entries of an archive by their ids. */
import type { ArchiveEntry, ArchiveStore } from '../../storage/archive-store.ts';
import { StorageError } from '../../storage/storage-error.ts';

/** The entries that are there, by id. */
export async function readEntries(
  archive: ArchiveStore,
  user: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ArchiveEntry>> {
  if (ids.length === 0) return new Map();
  return new Map((await found(archive, user, ids)).map((entry) => [entry.id, entry]));
}

async function found(archive: ArchiveStore, user: string, ids: readonly string[]): Promise<readonly ArchiveEntry[]> {
  try {
    return (await archive.find(user, { ids, order: 'forward', max: ids.length })).entries;
  } catch (error) {
    if (!(error instanceof StorageError) || error.condition !== 'item-not-found') throw error;
  }
  const entries: ArchiveEntry[] = [];
  for (const id of ids) {
    const entry = await archive.get(user, id);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}
