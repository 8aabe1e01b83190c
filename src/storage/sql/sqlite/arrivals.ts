/**
 * Entries of archives that are committed, and not yet in their places.
 *
 * SQLite writes whole pages. An entry in its place touches a page of the table and one of each index, which no other
 * entry of the batch shares unless it is of the same archive, and the row of its archive. So the entries of a batch are
 * written down as they came, as one row of a journal. Now and then all are put into their places, many of an archive
 * together. Whoever reads or deletes entries of an archive has that done first with those of that archive.
 */
import { newArchiveEpoch } from '../../archive-id.ts';
import { numberOf, textOf } from '../columns.ts';
import type { AppendOutcome } from '../effects.ts';
import { NEVER } from '../find.ts';
import { unpackAppends } from './packed-writes.ts';
import type { PackedAppends } from './packed-writes.ts';
import { placesFromText, placesToText } from './places.ts';
import type { Place } from './places.ts';
import { archiveIn } from './archive-lookup.ts';
import { placeRows, Settling } from './settling.ts';
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
  /** Rows of the journal with entries of it. */
  readonly rows: number[];
}

const HEAD = `
  select id, epoch, seq, last, exists (select 1 from entry where archive = archive.id and own = 1) as own
  from archive where store = ?1 and owner = ?2`;

const NO_KEYS = new Map<string, AppendOutcome>();

/** What is known of the rows of the journal that came in a time. */
class Known {
  readonly heads = new Map<string, Head>();
  /** What became of entries that have a key, by archive and key. */
  readonly keys = new Map<string, AppendOutcome>();
}

/** The arrivals of one writing connection. */
export class Arrivals {
  readonly #sql: Statements;
  /** Last row of the journal, and the last before those that `#known` is about. */
  #position = 0;
  #before = 0;
  #known = new Known();
  /** Those that are being put into their places, and what is known of them. */
  #settling: { readonly settling: Settling; readonly known: Known } | undefined;

  constructor(sql: Statements) {
    this.#sql = sql;
    this.load();
  }

  /** Reads what there is: at the start, and when a transaction failed. */
  load(): void {
    this.#known = new Known();
    this.#settling = undefined;
    this.#position = this.#before = 0;
    for (const row of this.#sql.rows('select position, appends, places from journal order by position')) {
      const position = numberOf(row['position']);
      this.#position = position - 1;
      const appends = unpackAppends(textOf(row['appends']));
      for (const [i, place] of placesFromText(textOf(row['places'])).entries()) {
        const append = appends[i];
        if (place === undefined || append === undefined) continue;
        const head = this.head(append.store, append.owner, place.when);
        if (place.seq <= head.seq) continue; // in its place, or deleted there
        head.seq = place.seq;
        head.last = place.when;
        this.push(head, place, append.dedupe);
      }
      this.#position = position;
    }
  }

  /** The end of an archive, which is made if it is not there. What is pushed there is to be noted in it. */
  head(store: number, owner: string, when: number): Head {
    const name = nameOf(store, owner);
    let head = this.#known.heads.get(name);
    if (head === undefined) {
      const before = this.#settling?.known.heads.get(name);
      head = before === undefined ? this.#stored(store, owner) : { ...before, rows: [] };
      head ??= this.#create(store, owner, when);
      this.#known.heads.set(name, head);
    }
    return head;
  }

  /** The latest with a key. */
  latest(archive: number, dedupe: string): AppendOutcome | undefined {
    const key = keyText(archive, dedupe);
    return this.#known.keys.get(key) ?? this.#settling?.known.keys.get(key);
  }

  /** Takes an entry, which goes into the next row. */
  push({ rows }: Head, { archive, id, when }: Place, dedupe: string | undefined): void {
    const row = this.#position + 1;
    if (rows.at(-1) !== row) rows.push(row);
    if (dedupe !== undefined) this.#known.keys.set(keyText(archive, dedupe), { id, when, duplicate: false });
  }

  /** Writes entries down. @param places for each; `undefined` for one that is not stored */
  write({ appends, contents }: PackedAppends, places: readonly (Place | undefined)[]): void {
    if (places.every((place) => place === undefined)) return;
    this.#position++;
    const insert = 'insert into journal values (?1, ?2, ?3, ?4)';
    this.#sql.run(insert, this.#position, appends, contents, placesToText(places));
  }

  /** Puts those of one archive into their places. Within a transaction. */
  settleArchive(store: number, owner: string): void {
    const name = nameOf(store, owner);
    const [before, since] = [this.#settling?.known.heads.get(name), this.#known.heads.get(name)];
    const head = since ?? before;
    if (head === undefined) return;
    placeRows(this.#sql, head.archive, [...(before?.rows ?? []), ...(since?.rows ?? [])]);
    this.#settling?.known.heads.delete(name);
    this.#known.heads.delete(name);
  }

  /** The same before the archive is changed, of which nothing is known then. */
  forgetArchive(store: number, owner: string): void {
    this.settleArchive(store, owner);
    const archive = archiveIn(this.#sql, store, owner);
    for (const keys of [this.#known.keys, this.#settling?.known.keys ?? NO_KEYS]) {
      for (const key of keys.keys()) if (key.startsWith(`${archive} `)) keys.delete(key);
    }
  }

  /** Puts all into their places. Within a transaction. */
  settle(): void {
    while (this.#next()) this.#place(Infinity);
    this.#known = new Known(); // the caller is about to change archives
  }

  /**
   * Puts about that many of them into their places. Within a transaction.
   * @returns whether there are more of those that had come when the first was put in its place
   */
  settleSome(limit: number): boolean {
    if (this.#next()) this.#place(limit);
    return this.#settling !== undefined;
  }

  #next(): boolean {
    if (this.#settling !== undefined) return true;
    if (this.#before === this.#position) return false;
    this.#settling = { settling: new Settling(this.#sql, this.#position), known: this.#known };
    this.#known = new Known();
    this.#before = this.#position;
    return true;
  }

  #place(limit: number): void {
    if (this.#settling?.settling.place(this.#sql, limit) === true) this.#settling = undefined;
  }

  #stored(store: number, owner: string): Head | undefined {
    const row = this.#sql.row(HEAD, store, owner);
    if (row === undefined) return undefined;
    return {
      archive: numberOf(row['id']),
      epoch: textOf(row['epoch']),
      seq: numberOf(row['seq']),
      last: numberOf(row['last']),
      own: row['own'] === 1,
      rows: [],
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
    return { archive: numberOf(row?.['id']), epoch, seq: 0, last: when, own: false, rows: [] };
  }
}

function nameOf(store: number, owner: string): string {
  return `${store} ${owner}`;
}

function keyText(archive: number, dedupe: string): string {
  return `${archive} ${dedupe}`;
}
