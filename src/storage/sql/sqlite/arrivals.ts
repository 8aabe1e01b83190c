/**
 * Entries of archives that are committed, and not yet in their places.
 *
 * SQLite writes whole pages. An entry in its place touches a page of the table and one of each index, which no other
 * entry of the batch shares unless it is of the same archive, and the row of its archive; in the order of arrival
 * entries fill pages one after the other. Now and then all are put into their places at once, many of an archive
 * together. Whoever reads or deletes entries has that done first.
 */
import { newArchiveEpoch } from '../../archive-id.ts';
import type { NewEntry } from '../../archive-store.ts';
import { numberOf, textOf } from '../columns.ts';
import type { AppendOutcome } from '../effects.ts';
import { NEVER } from '../find.ts';
import type { Statements } from './statements.ts';

/** The end of an archive, arrivals included. */
export interface Head {
  readonly archive: number;
  epoch: string;
  /** Position of the last entry. */
  seq: number;
  /** Its time. */
  last: number;
  /** Some entry has an id that its caller chose. */
  readonly own: boolean;
}

const HEAD = `
  select id, epoch, seq, last, exists (select 1 from entry where archive = archive.id and own = 1) as own
  from archive where store = ?1 and owner = ?2`;

const LAST_ARRIVAL = 'select max(seq) as seq, max(at) as last from arrival where archive = ?1';

/** The arrivals of one writing connection. */
export class Arrivals {
  readonly #sql: Statements;
  #count = 0;
  /** Some came before the heads that are known: rows of archives do not tell of them. */
  #behind = false;
  readonly #heads = new Map<string, Head>();
  /** What became of those that have a key, by archive and key. */
  readonly #keys = new Map<string, AppendOutcome>();

  constructor(sql: Statements) {
    this.#sql = sql;
    this.load();
  }

  /** Reads what there is: at the start, and when a transaction failed. */
  load(): void {
    this.#forget();
    for (const row of this.#sql.rows('select archive, dedupe, id, at from arrival order by position')) {
      const dedupe = row['dedupe'];
      const outcome = { id: textOf(row['id']), when: numberOf(row['at']), duplicate: false };
      this.#add(numberOf(row['archive']), dedupe === null ? undefined : textOf(dedupe), outcome);
    }
    this.#behind = this.#count > 0;
  }

  /** The end of an archive, which is made if it is not there. What is pushed there is to be noted in it. */
  head(store: number, owner: string, when: number): Head {
    const name = keyText(store, owner);
    let head = this.#heads.get(name);
    if (head === undefined) {
      head = this.#stored(store, owner) ?? this.#create(store, owner, when);
      this.#heads.set(name, head);
    }
    return head;
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
    if (this.#count > 0) settleArrivals(this.#sql);
    this.#forget();
  }

  #forget(): void {
    this.#count = 0;
    this.#behind = false;
    this.#heads.clear();
    this.#keys.clear();
  }

  #add(archive: number, dedupe: string | undefined, outcome: AppendOutcome): void {
    this.#count++;
    if (dedupe !== undefined) this.#keys.set(keyText(archive, dedupe), outcome);
  }

  #stored(store: number, owner: string): Head | undefined {
    const row = this.#sql.row(HEAD, store, owner);
    if (row === undefined) return undefined;
    const archive = numberOf(row['id']);
    const arrived = this.#behind ? this.#sql.row(LAST_ARRIVAL, archive) : undefined;
    return {
      archive,
      epoch: textOf(row['epoch']),
      seq: Math.max(numberOf(row['seq']), numberOf(arrived?.['seq'] ?? 0)),
      last: Math.max(numberOf(row['last']), numberOf(arrived?.['last'] ?? 0)),
      own: row['own'] === 1,
    };
  }

  #create(store: number, owner: string, when: number): Head {
    const epoch = newArchiveEpoch();
    const row = this.#sql.row(
      'insert into archive (store, owner, epoch, seq, last, oldest) values (?1, ?2, ?3, 0, ?4, ?5) returning id',
      store,
      owner,
      epoch,
      when,
      NEVER,
    );
    return { archive: numberOf(row?.['id']), epoch, seq: 0, last: when, own: false };
  }
}

/**
 * Puts all entries that arrived into their places, and notes them in the rows of their archives. Within a transaction,
 * which ends where that fails: SQLite need not write down how to undo a single statement.
 */
export function settleArrivals(sql: Statements): void {
  sql.run(`
    update or rollback archive
    set seq = max(archive.seq, new.seq), last = max(archive.last, new.last), oldest = min(archive.oldest, new.oldest)
    from (
      select archive as id, max(seq) as seq, max(at) as last, min(at) as oldest from arrival group by archive
    ) as new where new.id = archive.id`);
  sql.run(`
    insert or rollback into entry select archive, seq, id, 0, at, party, resource, stanza, text, dedupe
    from arrival order by archive, seq`);
  sql.run('delete from arrival');
}

function keyText(of: number, text: string): string {
  return `${of} ${text}`;
}
