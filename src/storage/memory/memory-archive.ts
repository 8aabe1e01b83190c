/** The archive of one owner in memory. */
import { archiveId, newArchiveEpoch } from '../archive-id.ts';
import { DEDUPE_WINDOW } from '../archive-store.ts';
import type { ArchiveEntry, ArchivePage, ArchiveQuery, DeleteFilter, NewEntry } from '../archive-store.ts';
import { StorageError } from '../storage-error.ts';
import { archiveFilter } from './archive-filter.ts';

/** What an append did. */
export interface Appending {
  readonly entry: ArchiveEntry;
  readonly duplicate: boolean;
  /** Takes it back; right only while nothing else was changed since. */
  readonly undo: () => void;
}

/** Entries in order of `seq`, and so of `when`. */
export class MemoryArchive {
  #epoch = newArchiveEpoch();
  #lastSeq = 0;
  #lastWhen = -Infinity;
  #entries: ArchiveEntry[] = [];
  readonly #byId = new Map<string, ArchiveEntry>();
  /** Key → its last entry, which counts only while `#byId` has it. */
  readonly #byDedupe = new Map<string, ArchiveEntry>();

  get size(): number {
    return this.#entries.length;
  }

  /** See `ArchiveStore.append`. */
  append(added: NewEntry): Appending {
    const when = Math.max(added.when, this.#lastWhen);
    const earlier = added.dedupe === undefined ? undefined : this.#byDedupe.get(added.dedupe);
    if (earlier !== undefined && earlier.when >= when - DEDUPE_WINDOW && this.#byId.get(earlier.id) === earlier) {
      return { entry: earlier, duplicate: true, undo: () => undefined };
    }
    const before = { epoch: this.#epoch, seq: this.#lastSeq, when: this.#lastWhen, entries: this.#entries };
    const seq = this.#lastSeq + 1;
    const id = added.id ?? this.#freeId(seq);
    const replaced = this.#byId.get(id);
    if (replaced !== undefined) this.#entries = this.#entries.filter((entry) => entry !== replaced);
    const { with: party, resource, stanza, text, dedupe } = added;
    const entry: ArchiveEntry = { id, seq, when, with: party, resource, stanza, text };
    this.#entries.push(entry);
    this.#byId.set(id, entry);
    if (dedupe !== undefined) this.#byDedupe.set(dedupe, entry);
    this.#lastSeq = seq;
    this.#lastWhen = when;
    return {
      entry,
      duplicate: false,
      undo: () => {
        this.#entries.pop();
        this.#entries = before.entries;
        restore(this.#byId, id, replaced);
        this.#epoch = before.epoch;
        this.#lastSeq = before.seq;
        this.#lastWhen = before.when;
      },
    };
  }

  /** See `ArchiveStore.delete`; returns what takes it back. */
  delete(filter: DeleteFilter): () => void {
    const matches = archiveFilter(filter);
    const doomed = this.#entries.filter(matches);
    if (filter.keep !== undefined) doomed.length = Math.max(0, doomed.length - filter.keep);
    const before = this.#entries;
    const gone = new Set(doomed);
    this.#entries = before.filter((entry) => !gone.has(entry));
    for (const entry of doomed) this.#byId.delete(entry.id);
    return () => {
      this.#entries = before;
      for (const entry of doomed) this.#byId.set(entry.id, entry);
    };
  }

  /** Deletes the oldest entries from before a time, at most `limit`, and returns how many. */
  expire(before: number, limit: number): number {
    let count = 0;
    for (const entry of this.#entries) {
      if (entry.when >= before || count === limit) break;
      this.#byId.delete(entry.id);
      count++;
    }
    if (count === 0) return 0;
    this.#entries.splice(0, count);
    for (const [key, entry] of this.#byDedupe) if (!this.#byId.has(entry.id)) this.#byDedupe.delete(key);
    return count;
  }

  /** See `ArchiveStore.get`. */
  get(id: string): ArchiveEntry | undefined {
    return this.#byId.get(id);
  }

  /** See `ArchiveStore.find`. */
  find(query: ArchiveQuery): ArchivePage {
    for (const id of query.ids ?? []) this.#seqOf(id);
    const afterId = query.afterId === undefined ? 0 : this.#seqOf(query.afterId);
    const beforeId = query.beforeId === undefined ? Infinity : this.#seqOf(query.beforeId);
    const after = query.after === undefined ? 0 : this.#seqOf(query.after);
    const before = query.before === undefined ? Infinity : this.#seqOf(query.before);
    const matches = archiveFilter(query);
    const all = this.#entries.filter((entry) => entry.seq > afterId && entry.seq < beforeId && matches(entry));
    const range = all.filter((entry) => entry.seq > after && entry.seq < before);
    const from = query.order === 'forward' ? 0 : Math.max(0, range.length - query.max);
    return {
      entries: range.slice(from, from + query.max),
      complete: range.length <= query.max,
      total: query.total === true ? all.length : undefined,
    };
  }

  #seqOf(id: string): number {
    const entry = this.#byId.get(id);
    if (entry === undefined) throw new StorageError('item-not-found', 'no entry of this id in the archive');
    return entry.seq;
  }

  /** An id nobody chose before: an entry's own id must not be replaced by a made one. */
  #freeId(seq: number): string {
    let id = archiveId(this.#epoch, seq);
    while (this.#byId.has(id)) {
      this.#epoch = newArchiveEpoch();
      id = archiveId(this.#epoch, seq);
    }
    return id;
  }
}

function restore<V>(map: Map<string, V>, key: string, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
