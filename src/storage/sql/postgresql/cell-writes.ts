/** Writes cells and counters to PostgreSQL, many in one statement. */
import { numberOf, textOf } from '../columns.ts';
import type { CellEffects, CellName, HostOwner } from '../effects.ts';
import { query } from './connect.ts';
import type { Queryable } from './connect.ts';

/** One of the two tables, with the type of its values. */
export interface CellTable<T> {
  readonly name: 'cell' | 'counter';
  readonly type: 'text' | 'bigint';
  readonly valueOf: (column: unknown) => T;
}

export const CELL: CellTable<string> = { name: 'cell', type: 'text', valueOf: textOf };
export const COUNTER: CellTable<number> = { name: 'counter', type: 'bigint', valueOf: numberOf };

/** The stored values, in the order of the names; `undefined` where there is none. */
export async function storedValues<T>(
  on: Queryable,
  { name: table, valueOf }: CellTable<T>,
  names: readonly CellName[],
): Promise<readonly (T | undefined)[]> {
  const values = Array<T | undefined>(names.length).fill(undefined);
  if (names.length === 0) return values;
  const rows = await query(
    on,
    `select n, value from unnest($1::integer[], $2::text[], $3::text[]) with ordinality as wanted (store, owner, key, n)
     join ${table} using (store, owner, key)`,
    columns(names),
  );
  for (const { n, value } of rows) values[numberOf(n) - 1] = valueOf(value);
  return values;
}

/** Deletes all that an owner has in a table, in any store of a host. */
export async function purgeCells<T>(on: Queryable, { name }: CellTable<T>, { host, owner }: HostOwner): Promise<void> {
  await query(on, `delete from ${name} where owner = $1 and store in (select id from store where host = $2)`, [
    owner,
    host,
  ]);
}

/** Writes the end state of cells or counters. */
export async function writeCells<T>(
  on: Queryable,
  { name: table, type }: CellTable<T>,
  { cleared, values }: CellEffects<T>,
): Promise<void> {
  if (cleared.length > 0) {
    await query(
      on,
      `delete from ${table} using unnest($1::integer[], $2::text[]) as gone (store, owner)
       where ${table}.store = gone.store and ${table}.owner = gone.owner`,
      [cleared.map(({ store }) => store), cleared.map(({ owner }) => owner)],
    );
  }
  const removed = values.filter(({ value }) => value === undefined);
  if (removed.length > 0) {
    await query(
      on,
      `delete from ${table} using unnest($1::integer[], $2::text[], $3::text[]) as gone (store, owner, key)
       where ${table}.store = gone.store and ${table}.owner = gone.owner and ${table}.key = gone.key`,
      columns(removed),
    );
  }
  const put = values.filter(({ value }) => value !== undefined);
  if (put.length > 0) {
    await query(
      on,
      `insert into ${table} select * from unnest($1::integer[], $2::text[], $3::text[], $4::${type}[])
       on conflict (store, owner, key) do update set value = excluded.value`,
      [...columns(put), put.map(({ value }) => value)],
    );
  }
}

function columns(names: readonly CellName[]): (readonly unknown[])[] {
  return [names.map(({ store }) => store), names.map(({ owner }) => owner), names.map(({ key }) => key)];
}
