/** Finds archives and positions in SQLite: shared by the reader and the writer. */
import type { ArchiveFilter } from '../../archive-store.ts';
import { numberOf } from '../columns.ts';
import { conditionOf, NEVER, seqInId } from '../find.ts';
import type { Condition, Dialect, SeqRange } from '../find.ts';
import type { Statements } from './statements.ts';

const DIALECT: Dialect = {
  parameter: (index) => `?${index}`,
  holdsAll: (words) =>
    `text is not null and not exists (select 1 from json_each(${words}) where instr(lower(text), value) = 0)`,
  seqIn: (list) => `seq in (select value from json_each(${list}))`,
};

/** The number of an owner's archive. */
export function archiveIn(sql: Statements, store: number, owner: string): number | undefined {
  const row = sql.row('select id from archive where store = ?1 and owner = ?2', store, owner);
  return row === undefined ? undefined : numberOf(row['id']);
}

/** The position of an entry. */
export function seqOfId(sql: Statements, archive: number, id: string): number | undefined {
  const made = seqInId(id);
  if (made >= 0 && sql.row('select 1 from entry where archive = ?1 and seq = ?2 and id = ?3', archive, made, id)) {
    return made;
  }
  const row = sql.row('select seq from entry where archive = ?1 and id = ?2 and own = 1', archive, id);
  return row === undefined ? undefined : numberOf(row['seq']);
}

/** The positions between two times; an empty range if there are none. */
export function timeRange(sql: Statements, archive: number, { start, end }: ArchiveFilter): SeqRange {
  return {
    low: start === undefined ? 0 : seqFrom(sql, archive, start),
    high: end === undefined ? NEVER : seqFrom(sql, archive, end + 1) - 1,
  };
}

/**
 * The position of the first entry not before a time; `NEVER` if there is none. Time never decreases along positions,
 * so halving finds it, and no index on times has to be written.
 */
export function seqFrom(sql: Statements, archive: number, time: number): number {
  const next = 'select seq, at from entry where archive = ?1 and seq >= ?2 order by seq limit 1';
  const last = sql.row('select seq from entry where archive = ?1 order by seq desc limit 1', archive);
  let found = NEVER;
  let low = numberOf(sql.row(next, archive, 0)?.['seq'] ?? 0);
  let high = numberOf(last?.['seq'] ?? -1) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = sql.row(next, archive, middle);
    if (row === undefined || numberOf(row['at']) >= time) {
      found = row === undefined ? found : numberOf(row['seq']);
      high = middle;
    } else {
      low = numberOf(row['seq']) + 1;
    }
  }
  return found;
}

/**
 * The table of entries, read by the index that a filter asks for. Without a word SQLite would go through the whole
 * archive in its order, for it takes every value to be frequent.
 */
export function entriesFor({ with: party, ids }: ArchiveFilter): string {
  return party === undefined || ids !== undefined ? 'entry' : 'entry indexed by entry_party';
}

/** The other conditions of a filter. Ids that are not there match nothing. */
export function conditionIn(
  sql: Statements,
  archive: number,
  filter: ArchiveFilter & { readonly text?: string | undefined },
  first: number,
): Condition {
  const seqs = filter.ids?.map((id) => seqOfId(sql, archive, id)).filter((seq) => seq !== undefined);
  return conditionOf(filter, seqs, first, DIALECT);
}
