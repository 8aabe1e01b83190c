/**
 * Decides what a run of appends does to archives, from what is stored: positions, times, ids, duplicates, entries
 * replaced. PostgreSQL then gets a few statements for the whole run.
 */
import { archiveId } from '../../archive-id.ts';
import { DEDUPE_WINDOW } from '../../archive-store.ts';
import type { NewEntry } from '../../archive-store.ts';
import type { AppendOutcome } from '../effects.ts';

/** A stored entry that matters to a run. */
export interface StoredEntry {
  readonly id: string;
  readonly seq: number;
  readonly at: number;
}

/** The row of an archive. */
export interface ArchiveRow {
  readonly archive: number;
  readonly epoch: string;
  readonly seq: number;
  readonly last: number;
  readonly oldest: number;
}

/** What is stored in an archive, as far as a run concerns it. */
export interface StoredArchive {
  readonly row: ArchiveRow;
  /** Dedupe key → the last entry with it. */
  readonly duplicates: ReadonlyMap<string, StoredEntry>;
  /** Id that an append brings → position of the entry that has it. */
  readonly taken: ReadonlyMap<string, number>;
}

/** An entry to be written. */
export interface NewRow {
  readonly archive: number;
  readonly seq: number;
  readonly id: string;
  readonly own: boolean;
  readonly at: number;
  readonly entry: NewEntry;
}

/** Collects the appends to one archive. */
export class AppendRun {
  readonly #archive: number;
  readonly #epoch: string;
  readonly #duplicates: Map<string, StoredEntry>;
  /** Id → position, of stored entries and of those of this run. */
  readonly #taken: Map<string, number>;
  readonly #rows = new Map<number, NewRow>();
  readonly #replaced = new Set<number>();
  /** An id that the archive made is one that an append of this run chose. */
  #guessed = false;
  #seq: number;
  #last: number;
  #oldest: number;

  constructor({ row, duplicates, taken }: StoredArchive) {
    this.#archive = row.archive;
    this.#epoch = row.epoch;
    this.#seq = row.seq;
    this.#last = row.last;
    this.#oldest = row.oldest;
    this.#duplicates = new Map(duplicates);
    this.#taken = new Map(taken);
  }

  /** Adds an entry. */
  append(entry: NewEntry): AppendOutcome {
    const at = Math.max(entry.when, this.#last);
    const earlier = entry.dedupe === undefined ? undefined : this.#duplicates.get(entry.dedupe);
    if (earlier !== undefined && earlier.at >= at - DEDUPE_WINDOW && !this.#replaced.has(earlier.seq)) {
      return { id: earlier.id, when: earlier.at, duplicate: true };
    }
    const seq = ++this.#seq;
    const id = entry.id ?? archiveId(this.#epoch, seq);
    if (entry.id !== undefined) this.#replace(entry.id);
    else if (this.#taken.has(id)) this.#guessed = true;
    this.#rows.set(seq, { archive: this.#archive, seq, id, own: entry.id !== undefined, at, entry });
    this.#taken.set(id, seq);
    if (entry.dedupe !== undefined) this.#duplicates.set(entry.dedupe, { id, seq, at });
    this.#last = at;
    this.#oldest = Math.min(this.#oldest, at);
    return { id, when: at, duplicate: false };
  }

  /** The run cannot be written with ids of this epoch: somebody chose one of them. */
  get guessed(): boolean {
    return this.#guessed;
  }

  /** Entries to be written. */
  get rows(): Iterable<NewRow> {
    return this.#rows.values();
  }

  /** Positions of stored entries that go; those of this run are not written in the first place. */
  get replaced(): Iterable<number> {
    return this.#replaced;
  }

  /** The row of the archive afterwards. */
  get row(): ArchiveRow {
    return { archive: this.#archive, epoch: this.#epoch, seq: this.#seq, last: this.#last, oldest: this.#oldest };
  }

  #replace(id: string): void {
    const seq = this.#taken.get(id);
    if (seq === undefined) return;
    this.#rows.delete(seq);
    this.#replaced.add(seq);
  }
}
