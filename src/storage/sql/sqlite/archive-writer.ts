/** Writes to archives within one SQLite transaction. */
import { archiveId, newArchiveEpoch } from '../../archive-id.ts';
import { DEDUPE_WINDOW } from '../../archive-store.ts';
import type { DeleteFilter, NewEntry } from '../../archive-store.ts';
import { numberOf, textOf } from '../columns.ts';
import type { AppendOutcome, ArchiveWrite } from '../effects.ts';
import type { Arrivals, Head } from './arrivals.ts';
import { unpackAppends } from './packed-writes.ts';
import type { AppendHead, PackedAppends } from './packed-writes.ts';
import type { Place } from './places.ts';
import { archiveIn, conditionIn, entriesFor, seqOfId, timeRange } from './archive-lookup.ts';
import type { Statements } from './statements.ts';

/** Use one for each transaction. */
export class ArchiveWriter {
  readonly #sql: Statements;
  readonly #arrivals: Arrivals;
  readonly outcomes: AppendOutcome[] = [];

  constructor(sql: Statements, arrivals: Arrivals) {
    this.#sql = sql;
    this.#arrivals = arrivals;
  }

  /** Applies one write. */
  write(write: ArchiveWrite | PackedAppends): void {
    if (write.kind === 'appends') return this.#appendAll(write);
    switch (write.kind) {
      case 'append':
        this.#arrivals.forgetArchive(write.store, write.owner);
        return this.#put(write.store, write.owner, write.entry);
      case 'delete-entries':
        this.#arrivals.forgetArchive(write.store, write.owner);
        return this.#delete(write.store, write.owner, write.filter);
      case 'clear': {
        this.#arrivals.settle(); // its number may be that of another one soon
        const archive = archiveIn(this.#sql, write.store, write.owner);
        if (archive !== undefined) this.#drop(archive);
        return;
      }
      case 'purge': {
        this.#arrivals.settle();
        const of = 'select id from archive where owner = ?1 and store in (select id from store where host = ?2)';
        for (const { id } of this.#sql.rows(of, write.owner, write.host)) this.#drop(numberOf(id));
      }
    }
  }

  #appendAll(packed: PackedAppends): void {
    const places = unpackAppends(packed.appends).map((append) => this.#append(append));
    this.#arrivals.write(packed, places);
  }

  /** @returns where the entry belongs, unless it was stored before */
  #append({ store, owner, when, dedupe }: AppendHead): Place | undefined {
    const head = this.#arrivals.head(store, owner, when);
    const at = Math.max(when, head.last);
    if (this.#isDuplicate(head, dedupe, at)) return undefined;
    head.last = at;
    const seq = ++head.seq;
    const place = { archive: head.archive, seq, id: this.#freeId(head, seq), when: at };
    this.outcomes.push({ id: place.id, when: at, duplicate: false });
    this.#arrivals.push(head, place, dedupe);
    return place;
  }

  /** An entry whose id its caller chose takes the place of the one that has it. */
  #put(store: number, owner: string, added: NewEntry): void {
    const { archive, seq: end, last } = this.#arrivals.head(store, owner, added.when);
    const { id = '', dedupe } = added;
    const [seq, when] = [end + 1, Math.max(added.when, last)];
    if (this.#isDuplicate({ archive }, dedupe, when)) return;
    this.outcomes.push({ id, when, duplicate: false });
    this.#remove(archive, id);
    this.#sql.run(
      'insert into entry values (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7, ?8, ?9)',
      archive,
      seq,
      id,
      when,
      added.with,
      added.resource ?? null,
      Buffer.from(added.stanza, 'latin1'),
      added.text ?? null,
      dedupe ?? null,
    );
    this.#sql.run('update archive set seq = ?2, last = ?3, oldest = min(oldest, ?3) where id = ?1', archive, seq, when);
    this.#arrivals.forgetArchive(store, owner); // what is known of its end has changed
  }

  /** Was that stored before? If so the outcome is that of then. */
  #isDuplicate({ archive }: Pick<Head, 'archive'>, dedupe: string | undefined, when: number): boolean {
    if (dedupe === undefined) return false;
    const earlier = this.#arrivals.latest(archive, dedupe) ?? this.#settled(archive, dedupe);
    if (earlier === undefined || earlier.when < when - DEDUPE_WINDOW) return false;
    this.outcomes.push({ ...earlier, duplicate: true });
    return true;
  }

  /** The latest with a key of those in their places. */
  #settled(archive: number, dedupe: string): AppendOutcome | undefined {
    const row = this.#sql.row(
      'select id, at from entry indexed by entry_dedupe where archive = ?1 and dedupe = ?2 order by seq desc limit 1',
      archive,
      dedupe,
    );
    return row === undefined ? undefined : { id: textOf(row['id']), when: numberOf(row['at']), duplicate: false };
  }

  #remove(archive: number, id: string): void {
    const seq = seqOfId(this.#sql, archive, id);
    if (seq !== undefined) this.#sql.run('delete from entry where archive = ?1 and seq = ?2', archive, seq);
  }

  /** An id nobody chose before: an entry's own id must not be replaced by a made one. */
  #freeId(head: Head, seq: number): string {
    const { archive, own } = head;
    const taken = 'select 1 from entry where archive = ?1 and id = ?2 and own = 1';
    let id = archiveId(head.epoch, seq);
    while (own && this.#sql.row(taken, archive, id) !== undefined) {
      head.epoch = newArchiveEpoch();
      this.#sql.run('update archive set epoch = ?2 where id = ?1', archive, head.epoch);
      id = archiveId(head.epoch, seq);
    }
    return id;
  }

  #delete(store: number, owner: string, filter: DeleteFilter): void {
    const archive = archiveIn(this.#sql, store, owner);
    if (archive === undefined) return;
    const { low, high } = timeRange(this.#sql, archive, filter);
    const { sql, values } = conditionIn(this.#sql, archive, filter, 4);
    const matches = `from ${entriesFor(filter)} where archive = ?1 and seq >= ?2 and seq <= ?3${sql}`;
    let last = high;
    if (filter.keep !== undefined) {
      // The newest that goes stands right before those that stay.
      const newest = this.#sql.row(
        `select seq ${matches} order by seq desc limit 1 offset ?${4 + values.length}`,
        archive,
        low,
        high,
        ...values,
        filter.keep,
      );
      if (newest === undefined) return;
      last = numberOf(newest['seq']);
    }
    this.#sql.run(`delete ${matches}`, archive, low, last, ...values);
  }

  #drop(archive: number): void {
    this.#sql.run('delete from entry where archive = ?1', archive);
    this.#sql.run('delete from archive where id = ?1', archive);
  }
}
