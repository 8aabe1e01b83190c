/** Filters of archives as predicates. */
import type { ArchiveEntry, ArchiveQuery } from '../archive-store.ts';

type Filter = Pick<ArchiveQuery, 'with' | 'resource' | 'start' | 'end' | 'ids' | 'text'>;

/** A predicate for the conditions of a filter that concern one entry alone. */
export function archiveFilter(filter: Filter): (entry: ArchiveEntry) => boolean {
  const ids = filter.ids === undefined ? undefined : new Set(filter.ids);
  const words = (filter.text ?? '')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const start = filter.start ?? -Infinity;
  const end = filter.end ?? Infinity;
  return (entry) =>
    entry.when >= start &&
    entry.when <= end &&
    (filter.with === undefined || entry.with === filter.with) &&
    (filter.resource === undefined || entry.resource === filter.resource) &&
    (ids === undefined || ids.has(entry.id)) &&
    (words.length === 0 || holdsAll(entry.text, words));
}

function holdsAll(text: string | undefined, words: readonly string[]): boolean {
  if (text === undefined) return false;
  const lower = text.toLowerCase();
  return words.every((word) => lower.includes(word));
}
