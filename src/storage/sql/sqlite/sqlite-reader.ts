/** Reads stores from SQLite. Runs in the reading thread; the connection cannot write. */
import type { ArchiveEntry, ArchivePage, ArchiveQuery } from '../../archive-store.ts';
import { StorageError } from '../../storage-error.ts';
import { numberOf, textOf } from '../columns.ts';
import { ENTRY_COLUMNS, entryOf } from '../find.ts';
import { archiveIn, conditionIn, entriesFor, seqOfId, timeRange } from './archive-lookup.ts';
import { OWNERS_PAGE } from './protocol.ts';
import type { Statements } from './statements.ts';

const GET_CELL = 'select value from cell where store = ?1 and owner = ?2 and key = ?3';
const GET_CELLS = 'select key, value from cell where store = ?1 and owner = ?2 order by key';
const GET_COUNTER = 'select value from counter where store = ?1 and owner = ?2 and key = ?3';
/** Each owner once, of any kind of store. A store holds one kind, so the other parts are empty. */
function ownersSql(after: '>' | '>='): string {
  return `
    select owner from (select distinct owner from cell where store = ?1 and owner ${after} ?2 order by owner limit ?3)
    union select owner from
      (select distinct owner from counter where store = ?1 and owner ${after} ?2 order by owner limit ?3)
    union select owner from
      (select owner from archive where store = ?1 and owner ${after} ?2
        and exists (select 1 from entry where archive = archive.id) order by owner limit ?3)
    order by 1 limit ?3`;
}

const FIRST_OWNERS = ownersSql('>=');
const NEXT_OWNERS = ownersSql('>');

/** See the file's comment. */
export class SqliteReader {
  readonly #sql: Statements;

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /** See `Driver.cell`. */
  cell(store: number, owner: string, key: string): string | undefined {
    const row = this.#sql.row(GET_CELL, store, owner, key);
    return row === undefined ? undefined : textOf(row['value']);
  }

  /** See `Driver.cells`. */
  cells(store: number, owner: string): readonly (readonly [string, string])[] {
    return this.#sql.rows(GET_CELLS, store, owner).map(({ key, value }) => [textOf(key), textOf(value)]);
  }

  /** See `Driver.count`. */
  count(store: number, owner: string, key: string): number {
    const row = this.#sql.row(GET_COUNTER, store, owner, key);
    return row === undefined ? 0 : numberOf(row['value']);
  }

  /** See `ArchiveStore.find`. */
  find(store: number, owner: string, query: ArchiveQuery): ArchivePage {
    return this.#sql.transaction('deferred', () => {
      const found = archiveIn(this.#sql, store, owner);
      if (found === undefined && !namesEntries(query)) return nothing(query);
      const archive = found ?? -1;
      for (const id of query.ids ?? []) this.#seqOf(archive, id);
      const range = timeRange(this.#sql, archive, query);
      const low = Math.max(range.low, this.#edge(archive, query.afterId, 0) + 1);
      const high = Math.min(range.high, this.#edge(archive, query.beforeId, Infinity) - 1);
      const from = Math.max(low, this.#edge(archive, query.after, 0) + 1);
      const to = Math.min(high, this.#edge(archive, query.before, Infinity) - 1);
      const { sql, values } = conditionIn(this.#sql, archive, query, 4);
      const matches = `from ${entriesFor(query)} where archive = ?1 and seq >= ?2 and seq <= ?3${sql}`;
      const order = query.order === 'forward' ? 'seq' : 'seq desc';
      const rows = this.#sql.rows(
        `select ${ENTRY_COLUMNS} ${matches} order by ${order} limit ?${4 + values.length}`,
        archive,
        from,
        to,
        ...values,
        query.max + 1,
      );
      const entries = rows.slice(0, query.max).map(entryOf);
      if (query.order === 'backward') entries.reverse();
      const complete = rows.length <= query.max;
      if (query.total !== true) return { entries, complete, total: undefined };
      const counted = this.#sql.row(`select count(*) as total ${matches}`, archive, low, high, ...values);
      return { entries, complete, total: numberOf(counted?.['total']) };
    });
  }

  /** See `ArchiveStore.get`. */
  entry(store: number, owner: string, id: string): ArchiveEntry | undefined {
    return this.#sql.transaction('deferred', () => {
      const archive = archiveIn(this.#sql, store, owner) ?? -1;
      const seq = seqOfId(this.#sql, archive, id);
      if (seq === undefined) return undefined;
      const row = this.#sql.row(`select ${ENTRY_COLUMNS} from entry where archive = ?1 and seq = ?2`, archive, seq);
      return row === undefined ? undefined : entryOf(row);
    });
  }

  /** See `ReaderMethods.owners`. */
  owners(store: number, after: string | undefined): readonly string[] {
    const sql = after === undefined ? FIRST_OWNERS : NEXT_OWNERS;
    return this.#sql.rows(sql, store, after ?? '', OWNERS_PAGE).map(({ owner }) => textOf(owner));
  }

  #edge(archive: number, id: string | undefined, none: number): number {
    return id === undefined ? none : this.#seqOf(archive, id);
  }

  #seqOf(archive: number, id: string): number {
    const seq = seqOfId(this.#sql, archive, id);
    if (seq === undefined) throw new StorageError('item-not-found', 'no entry of this id in the archive');
    return seq;
  }
}

/** Does a query refer to entries, which have to be there? */
function namesEntries({ ids = [], afterId, beforeId, after, before }: ArchiveQuery): boolean {
  return ids.length > 0 || [afterId, beforeId, after, before].some((id) => id !== undefined);
}

function nothing({ total }: ArchiveQuery): ArchivePage {
  return { entries: [], complete: true, total: total === true ? 0 : undefined };
}
