/** Expiry of archive entries in PostgreSQL. */
import { numberOf } from '../columns.ts';
import { NEVER } from '../find.ts';
import { query } from './connect.ts';
import type { Queryable } from './connect.ts';

/** Archives looked at in one statement. */
const ARCHIVES = 200;

/** Deletes entries of a store from before a time, at most `limit`, and returns how many. See `ArchiveStore.expire`. */
export async function expireEntries(on: Queryable, store: number, before: number, limit: number): Promise<number> {
  let count = 0;
  while (count < limit) {
    const archives = await query(
      on,
      'select id from archive where store = $1 and oldest < $2 order by oldest limit $3',
      [store, before, ARCHIVES],
    );
    if (archives.length === 0) break;
    const ids = archives.map(({ id }) => numberOf(id));
    count += await expireIn(on, ids, before, limit - count);
  }
  return count;
}

async function expireIn(on: Queryable, archives: readonly number[], before: number, limit: number): Promise<number> {
  const gone = await query(
    on,
    `with old as (
       select entry.archive, entry.seq from unnest($1::bigint[]) as chosen (archive)
       cross join lateral (
         select archive, seq from entry where archive = chosen.archive and at < $2 order by at, seq limit $3) as entry
       order by entry.archive, entry.seq limit $3),
     gone as (delete from entry using old where entry.archive = old.archive and entry.seq = old.seq returning 1)
     select count(*) from gone`,
    [archives, before, limit],
  );
  await query(
    on,
    `update archive set oldest = coalesce(
       (select at from entry where archive = archive.id order by at, seq limit 1), ${NEVER})
     where id = any ($1::bigint[])`,
    [archives],
  );
  return numberOf(gone[0]?.['count']);
}
