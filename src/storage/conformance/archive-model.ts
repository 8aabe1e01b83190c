/** What an archive should do, in the plainest way: the reference of the conformance suite. */
import type { ArchiveEntry, ArchiveQuery, DeleteFilter, NewEntry } from '../archive-store.ts';
import { DEDUPE_WINDOW } from '../archive-store.ts';

interface Row extends ArchiveEntry {
  readonly dedupe: string | undefined;
}

/** The archive of one owner. Ids are made by the medium, so the model is told them. */
export class ArchiveModel {
  rows: Row[] = [];
  #lastSeq = 0;
  #lastWhen = -Infinity;

  /** The row that a new entry would repeat. */
  duplicateOf(entry: NewEntry): Row | undefined {
    if (entry.dedupe === undefined) return undefined;
    const when = Math.max(entry.when, this.#lastWhen);
    return this.rows.findLast((row) => row.dedupe === entry.dedupe && row.when >= when - DEDUPE_WINDOW);
  }

  append(entry: NewEntry, id: string): Row {
    this.#lastSeq++;
    this.#lastWhen = Math.max(entry.when, this.#lastWhen);
    const row: Row = {
      id,
      seq: this.#lastSeq,
      when: this.#lastWhen,
      with: entry.with,
      resource: entry.resource,
      stanza: entry.stanza,
      text: entry.text,
      dedupe: entry.dedupe,
    };
    this.rows = [...this.rows.filter((other) => other.id !== id), row];
    return row;
  }

  delete(filter: DeleteFilter): void {
    const doomed = this.rows.filter((row) => matches(row, filter));
    const kept = filter.keep === undefined || filter.keep === 0 ? [] : doomed.slice(-filter.keep);
    this.rows = this.rows.filter((row) => !doomed.includes(row) || kept.includes(row));
  }

  clear(): void {
    this.rows = [];
    this.#lastSeq = 0;
    this.#lastWhen = -Infinity;
  }

  /** The ids of a page, or that an id is unknown. */
  find(query: ArchiveQuery): { ids: string[]; complete: boolean; total: number } | 'item-not-found' {
    const named = [query.after, query.before, query.afterId, query.beforeId, ...(query.ids ?? [])];
    if (named.some((id) => id !== undefined && !this.rows.some((row) => row.id === id))) return 'item-not-found';
    const place = (id: string | undefined): number => this.rows.findIndex((row) => row.id === id);
    const all = this.rows.filter(
      (row, i) =>
        matches(row, query) &&
        i > place(query.afterId) &&
        (query.beforeId === undefined || i < place(query.beforeId)) &&
        (query.text ?? '')
          .split(' ')
          .every((word) => word === '' || ` ${row.text ?? ''} `.toLowerCase().includes(` ${word.toLowerCase()} `)),
    );
    const range = all.filter(
      (row) =>
        place(row.id) > place(query.after) && (query.before === undefined || place(row.id) < place(query.before)),
    );
    const page: Row[] = [];
    for (let i = 0; i < query.max && i < range.length; i++) {
      const row = query.order === 'forward' ? range[i] : range[range.length - 1 - i];
      if (row !== undefined) page.push(row);
    }
    if (query.order === 'backward') page.reverse();
    return { ids: page.map((row) => row.id), complete: page.length === range.length, total: all.length };
  }
}

function matches(row: Row, filter: DeleteFilter): boolean {
  if (filter.with !== undefined && row.with !== filter.with) return false;
  if (filter.resource !== undefined && row.resource !== filter.resource) return false;
  if (filter.start !== undefined && row.when < filter.start) return false;
  if (filter.end !== undefined && row.when > filter.end) return false;
  return filter.ids === undefined || filter.ids.includes(row.id);
}
