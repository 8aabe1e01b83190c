/** Writes to archives within one PostgreSQL transaction. */
import { newArchiveEpoch } from '../../archive-id.ts';
import type { DeleteFilter } from '../../archive-store.ts';
import { numberOf, textOf } from '../columns.ts';
import type { AppendOutcome, ArchiveWrite, HostOwner, OwnerName } from '../effects.ts';
import { NEVER, seqInId } from '../find.ts';
import { AppendRun } from './append-run.ts';
import type { ArchiveRow, StoredArchive, StoredEntry } from './append-run.ts';
import { conditionIn, locate } from './archive-lookup.ts';
import { query } from './connect.ts';
import type { Queryable } from './connect.ts';

type Append = Extract<ArchiveWrite, { kind: 'append' }>;

/** Applies writes in their order and tells what became of the appends. Appends that follow each other go together. */
export async function writeArchives(on: Queryable, writes: readonly ArchiveWrite[]): Promise<AppendOutcome[]> {
  const outcomes: AppendOutcome[] = [];
  let run: Append[] = [];
  for (const write of writes) {
    if (write.kind === 'append') {
      run.push(write);
      continue;
    }
    outcomes.push(...(await appendAll(on, run)));
    run = [];
    if (write.kind === 'delete-entries') await deleteEntries(on, write, write.filter);
    else if (write.kind === 'clear') await clear(on, write);
    else await purge(on, write);
  }
  outcomes.push(...(await appendAll(on, run)));
  return outcomes;
}

async function deleteEntries(on: Queryable, { store, owner }: OwnerName, filter: DeleteFilter): Promise<void> {
  const located = await locate(on, store, owner, filter.ids ?? []);
  if (located === undefined) return;
  const { sql, values } = conditionIn(located, filter);
  if (filter.keep === undefined) {
    await query(on, `delete from entry where ${sql}`, values);
    return;
  }
  // The newest that goes stands right before those that stay; if there is none, nothing is before it.
  const newest = `select seq from entry where ${sql} order by seq desc limit 1 offset $${values.length + 1}`;
  await query(on, `delete from entry where ${sql} and seq <= (${newest})`, [...values, filter.keep]);
}

async function clear(on: Queryable, { store, owner }: OwnerName): Promise<void> {
  await query(
    on,
    `with gone as (delete from archive where store = $1 and owner = $2 returning id)
     delete from entry using gone where archive = gone.id`,
    [store, owner],
  );
}

async function purge(on: Queryable, { host, owner }: HostOwner): Promise<void> {
  await query(
    on,
    `with gone as (
       delete from archive where owner = $1 and store in (select id from store where host = $2) returning id)
     delete from entry using gone where archive = gone.id`,
    [owner, host],
  );
}

async function appendAll(on: Queryable, appends: readonly Append[]): Promise<AppendOutcome[]> {
  if (appends.length === 0) return [];
  const rows = await archiveRows(on, appends);
  const archives = appends.map((append) => archiveOf(rows, append));
  const duplicates = await storedDuplicates(on, appends, archives);
  const taken = await takenIds(on, appends, archives);
  for (;;) {
    const runs = new Map<number, AppendRun>();
    for (const row of rows.values()) {
      const { archive } = row;
      const stored: StoredArchive = {
        row,
        duplicates: duplicates.get(archive) ?? new Map(),
        taken: taken.get(archive) ?? new Map(),
      };
      runs.set(archive, new AppendRun(stored));
    }
    const outcomes: AppendOutcome[] = [];
    for (const [i, { entry }] of appends.entries()) {
      const outcome = runs.get(archives[i] ?? -1)?.append(entry);
      if (outcome !== undefined) outcomes.push(outcome);
    }
    const guessed = await guessedIds(on, runs);
    if (guessed.size === 0) {
      await writeRuns(on, [...runs.values()]);
      return outcomes;
    }
    // Somebody chose an id that the archive would give now: it goes on with ids of another epoch.
    for (const [name, row] of rows) if (guessed.has(row.archive)) rows.set(name, { ...row, epoch: newArchiveEpoch() });
  }
}

/** The rows of all archives of a run; makes those that are missing. */
async function archiveRows(on: Queryable, appends: readonly Append[]): Promise<Map<string, ArchiveRow>> {
  const firsts = new Map<string, Append>();
  for (const append of appends) if (!firsts.has(ownerText(append))) firsts.set(ownerText(append), append);
  const owners = [...firsts.values()];
  const rows = new Map<string, ArchiveRow>();
  const read = async (): Promise<void> => {
    const found = await query(
      on,
      `select archive.* from unnest($1::integer[], $2::text[]) as wanted (store, owner) join archive using (store, owner)`,
      [owners.map(({ store }) => store), owners.map(({ owner }) => owner)],
    );
    for (const row of found) {
      rows.set(ownerText({ store: numberOf(row['store']), owner: textOf(row['owner']) }), {
        archive: numberOf(row['id']),
        epoch: textOf(row['epoch']),
        seq: numberOf(row['seq']),
        last: numberOf(row['last']),
        oldest: numberOf(row['oldest']),
      });
    }
  };
  await read();
  const missing = owners.filter((append) => !rows.has(ownerText(append)));
  if (missing.length === 0) return rows;
  await query(
    on,
    `insert into archive (store, owner, epoch, seq, last, oldest)
     select store, owner, epoch, 0, last, ${NEVER}
     from unnest($1::integer[], $2::text[], $3::text[], $4::bigint[]) as made (store, owner, epoch, last)`,
    [
      missing.map(({ store }) => store),
      missing.map(({ owner }) => owner),
      missing.map(() => newArchiveEpoch()),
      missing.map(({ entry }) => entry.when),
    ],
  );
  await read();
  return rows;
}

async function storedDuplicates(
  on: Queryable,
  appends: readonly Append[],
  archives: readonly number[],
): Promise<Map<number, Map<string, StoredEntry>>> {
  const keys = [...appends.entries()].filter(([, { entry }]) => entry.dedupe !== undefined);
  const found = new Map<number, Map<string, StoredEntry>>();
  if (keys.length === 0) return found;
  const rows = await query(
    on,
    `select wanted.archive, wanted.dedupe, earlier.id, earlier.seq, earlier.at
     from unnest($1::bigint[], $2::text[]) as wanted (archive, dedupe)
     cross join lateral (
       select id, seq, at from entry where archive = wanted.archive and dedupe = wanted.dedupe
       order by seq desc limit 1) as earlier`,
    [keys.map(([i]) => archives[i]), keys.map(([, { entry }]) => entry.dedupe)],
  );
  for (const row of rows) {
    inner(found, numberOf(row['archive'])).set(textOf(row['dedupe']), {
      id: textOf(row['id']),
      seq: numberOf(row['seq']),
      at: numberOf(row['at']),
    });
  }
  return found;
}

/** Positions of stored entries whose ids the appends bring. */
async function takenIds(
  on: Queryable,
  appends: readonly Append[],
  archives: readonly number[],
): Promise<Map<number, Map<string, number>>> {
  const ids = appends.flatMap(({ entry: { id } }, i) => (id === undefined ? [] : [{ id, archive: archives[i] }]));
  const found = new Map<number, Map<string, number>>();
  if (ids.length === 0) return found;
  const rows = await query(
    on,
    `select wanted.archive, wanted.id, taken.seq
     from unnest($1::bigint[], $2::text[], $3::bigint[]) as wanted (archive, id, made)
     cross join lateral (
       select seq from entry where archive = wanted.archive and seq = wanted.made and id = wanted.id
       union all select seq from entry where archive = wanted.archive and id = wanted.id and own = 1
       limit 1) as taken`,
    [ids.map(({ archive }) => archive), ids.map(({ id }) => id), ids.map(({ id }) => seqInId(id))],
  );
  for (const row of rows) inner(found, numberOf(row['archive'])).set(textOf(row['id']), numberOf(row['seq']));
  return found;
}

/** Archives in which an id that a run made is one that somebody chose before. */
async function guessedIds(on: Queryable, runs: ReadonlyMap<number, AppendRun>): Promise<ReadonlySet<number>> {
  const made = [...runs.values()].flatMap(({ rows }) => [...rows].filter(({ own }) => !own));
  const guessed = new Set([...runs].filter(([, { guessed }]) => guessed).map(([archive]) => archive));
  if (made.length === 0) return guessed;
  const rows = await query(
    on,
    `select archive from unnest($1::bigint[], $2::text[]) as made (archive, id)
     join entry using (archive, id) where own = 1`,
    [made.map(({ archive }) => archive), made.map(({ id }) => id)],
  );
  for (const { archive } of rows) guessed.add(numberOf(archive));
  return guessed;
}

async function writeRuns(on: Queryable, runs: readonly AppendRun[]): Promise<void> {
  const replaced = runs.flatMap((run) => [...run.replaced].map((seq) => ({ archive: run.row.archive, seq })));
  if (replaced.length > 0) {
    await query(
      on,
      `delete from entry using unnest($1::bigint[], $2::bigint[]) as gone (archive, seq)
       where entry.archive = gone.archive and entry.seq = gone.seq`,
      [replaced.map(({ archive }) => archive), replaced.map(({ seq }) => seq)],
    );
  }
  const added = runs.flatMap(({ rows }) => [...rows]);
  if (added.length > 0) {
    await query(
      on,
      `insert into entry (archive, seq, id, own, at, party, resource, stanza, text, dedupe)
       select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::integer[], $5::bigint[], $6::text[],
         $7::text[], $8::bytea[], $9::text[], $10::text[])`,
      [
        added.map(({ archive }) => archive),
        added.map(({ seq }) => seq),
        added.map(({ id }) => id),
        added.map(({ own }) => (own ? 1 : 0)),
        added.map(({ at }) => at),
        added.map(({ entry }) => entry.with),
        added.map(({ entry }) => entry.resource ?? null),
        added.map(({ entry }) => Buffer.from(entry.stanza, 'latin1')),
        added.map(({ entry }) => entry.text ?? null),
        added.map(({ entry }) => entry.dedupe ?? null),
      ],
    );
  }
  const rows = runs.map(({ row }) => row);
  await query(
    on,
    `update archive set epoch = now.epoch, seq = now.seq, last = now.last, oldest = now.oldest
     from unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[])
       as now (id, epoch, seq, last, oldest)
     where archive.id = now.id`,
    [
      rows.map(({ archive }) => archive),
      rows.map(({ epoch }) => epoch),
      rows.map(({ seq }) => seq),
      rows.map(({ last }) => last),
      rows.map(({ oldest }) => oldest),
    ],
  );
}

function archiveOf(rows: ReadonlyMap<string, ArchiveRow>, append: Append): number {
  const row = rows.get(ownerText(append));
  if (row === undefined) throw new Error(`the archive of ${append.owner} was made and is not there`);
  return row.archive;
}

function ownerText({ store, owner }: OwnerName): string {
  return `${store} ${owner}`;
}

function inner<K, V>(maps: Map<number, Map<K, V>>, key: number): Map<K, V> {
  let map = maps.get(key);
  if (map === undefined) {
    map = new Map();
    maps.set(key, map);
  }
  return map;
}
