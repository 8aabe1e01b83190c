/**
 * Entries of archives that are committed, and not yet in their places.
 *
 * SQLite writes whole pages. An entry in its place touches a page of the table and one of each index, which no other
 * entry of the batch shares unless it is of the same archive; in the order of arrival entries fill pages one after the
 * other. Now and then all are put into their places at once, many of an archive together. Whoever reads or deletes
 * entries has that done first.
 */
import type { NewEntry } from '../../archive-store.ts';
import { numberOf, textOf } from '../columns.ts';
import type { AppendOutcome } from '../effects.ts';
import type { Statements } from './statements.ts';

/** The arrivals of one writing connection. */
export class Arrivals {
  readonly #sql: Statements;
  #count = 0;
  /** What became of those that have a key, by archive and key. */
  readonly #keys = new Map<string, AppendOutcome>();

  constructor(sql: Statements) {
    this.#sql = sql;
    this.load();
  }

  /** Reads what there is: at the start, and when a transaction failed. */
  load(): void {
    this.#count = 0;
    this.#keys.clear();
    for (const row of this.#sql.rows('select archive, dedupe, id, at from arrival order by position')) {
      const dedupe = row['dedupe'];
      const outcome = { id: textOf(row['id']), when: numberOf(row['at']), duplicate: false };
      this.#add(numberOf(row['archive']), dedupe === null ? undefined : textOf(dedupe), outcome);
    }
  }

  /** The latest with a key. */
  latest(archive: number, dedupe: string): AppendOutcome | undefined {
    return this.#keys.get(keyText(archive, dedupe));
  }

  /** Takes an entry. */
  push(archive: number, seq: number, entry: NewEntry, outcome: AppendOutcome): void {
    this.#sql.run(
      'insert into arrival values (null, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)',
      archive,
      seq,
      outcome.id,
      outcome.when,
      entry.with,
      entry.resource ?? null,
      Buffer.from(entry.stanza, 'latin1'),
      entry.text ?? null,
      entry.dedupe ?? null,
    );
    this.#add(archive, entry.dedupe, outcome);
  }

  /** Puts all into their places. Within a transaction. */
  settle(): void {
    if (this.#count === 0) return;
    settleArrivals(this.#sql);
    this.#count = 0;
    this.#keys.clear();
  }

  #add(archive: number, dedupe: string | undefined, outcome: AppendOutcome): void {
    this.#count++;
    if (dedupe !== undefined) this.#keys.set(keyText(archive, dedupe), outcome);
  }
}

/**
 * Puts all entries that arrived into their places. Within a transaction, which ends where that fails: SQLite need not
 * write down how to undo this statement alone.
 */
export function settleArrivals(sql: Statements): void {
  sql.run(`
    insert or rollback into entry select archive, seq, id, 0, at, party, resource, stanza, text, dedupe
    from arrival order by archive, seq`);
  sql.run('delete from arrival');
}

function keyText(archive: number, dedupe: string): string {
  return `${archive} ${dedupe}`;
}
