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
  let low = 0;
  let high = NEVER;
  if (start !== undefined) {
    const row = sql.row(
      'select seq from entry where archive = ?1 and at >= ?2 order by at, seq limit 1',
      archive,
      start,
    );
    low = row === undefined ? NEVER : numberOf(row['seq']);
  }
  if (end !== undefined) {
    const row = sql.row(
      'select seq from entry where archive = ?1 and at <= ?2 order by at desc, seq desc limit 1',
      archive,
      end,
    );
    high = row === undefined ? -1 : numberOf(row['seq']);
  }
  return { low, high };
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
