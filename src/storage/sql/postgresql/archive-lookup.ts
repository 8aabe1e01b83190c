/** Finds archives and positions in PostgreSQL: shared by reads and writes. */
import type { ArchiveFilter } from '../../archive-store.ts';
import { numberOf, textOf } from '../columns.ts';
import { conditionOf, NEVER, seqInId } from '../find.ts';
import type { Dialect } from '../find.ts';
import { query } from './connect.ts';
import type { Queryable } from './connect.ts';

const DIALECT: Dialect = {
  parameter: (index) => `$${index}`,
  holdsAll: (words) =>
    `text is not null and not exists
      (select 1 from jsonb_array_elements_text(${words}::jsonb) as word where strpos(lower(text), word) = 0)`,
  seqIn: (list) => `seq in (select jsonb_array_elements_text(${list}::jsonb)::bigint)`,
};

/** An archive, and the positions of ids that were asked for; an id that is not there has none. */
export interface Located {
  readonly archive: number;
  readonly seqs: ReadonlyMap<string, number>;
}

/** Looks an archive up, and ids in it; `undefined` if there is no archive. */
export async function locate(
  on: Queryable,
  store: number,
  owner: string,
  ids: readonly string[],
): Promise<Located | undefined> {
  const rows = await query(
    on,
    `select archive.id as archive, wanted.id, found.seq from archive
     left join unnest($3::text[], $4::bigint[]) as wanted (id, made) on true
     left join lateral (
       select seq from entry where archive = archive.id and seq = wanted.made and id = wanted.id
       union all select seq from entry where archive = archive.id and id = wanted.id and own = 1
       limit 1) as found on true
     where archive.store = $1 and archive.owner = $2`,
    [store, owner, ids, ids.map(seqInId)],
  );
  const [first] = rows;
  if (first === undefined) return undefined;
  const seqs = new Map<string, number>();
  for (const { id, seq } of rows) if (seq !== null) seqs.set(textOf(id), numberOf(seq));
  return { archive: numberOf(first['archive']), seqs };
}

/** The conditions of a filter, with the archive as first parameter. Ids that are not there match nothing. */
export function conditionIn(
  { archive, seqs }: Located,
  filter: ArchiveFilter & { readonly text?: string | undefined },
): { readonly sql: string; readonly values: readonly unknown[] } {
  const wanted = filter.ids?.map((id) => seqs.get(id)).filter((seq) => seq !== undefined);
  const rest = conditionOf(filter, wanted, 4, DIALECT);
  // Times become positions first: the planner does not know that time grows with position.
  const low = 'select seq from entry where archive = $1 and at >= $2 order by at, seq limit 1';
  const high = 'select seq from entry where archive = $1 and at <= $3 order by at desc, seq desc limit 1';
  return {
    sql: `archive = $1
      and ($2::bigint is null or seq >= coalesce((${low}), ${NEVER}))
      and ($3::bigint is null or seq <= coalesce((${high}), -1))${rest.sql}`,
    values: [archive, filter.start ?? null, filter.end ?? null, ...rest.values],
  };
}
