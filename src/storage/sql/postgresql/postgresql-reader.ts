/** Reads stores from PostgreSQL, on connections of their own. */
import pg from 'pg';
import type { ArchiveEntry, ArchivePage, ArchiveQuery } from '../../archive-store.ts';
import { StorageError } from '../../storage-error.ts';
import type { StoreRef } from '../../store-ref.ts';
import { toError } from '../../to-error.ts';
import { numberOf, textOf } from '../columns.ts';
import type { Row } from '../columns.ts';
import { ENTRY_COLUMNS, entryOf } from '../find.ts';
import { conditionIn, locate } from './archive-lookup.ts';
import type { Located } from './archive-lookup.ts';
import { clientConfig, query, sessionSettings, STORE_NUMBER } from './connect.ts';
import type { PostgresqlPlace } from './connect.ts';
import { databaseError, isRefusal } from './postgresql-error.ts';

/** Most connections for reads. */
const CONNECTIONS = 4;

/** Milliseconds after which an unused connection is closed. */
const IDLE_TIMEOUT = 30_000;

/** Owners of one answer. */
const OWNERS_PAGE = 500;

/** Each owner once, of any kind of store. A store holds one kind, so the other parts are empty. */
const GET_OWNERS = `
  select owner from (
    (select distinct owner from cell where store = $1 and ($2::text is null or owner > $2) order by owner limit $3)
    union
    (select distinct owner from counter where store = $1 and ($2::text is null or owner > $2) order by owner limit $3)
    union
    (select owner from archive where store = $1 and ($2::text is null or owner > $2)
      and exists (select 1 from entry where archive = archive.id) order by owner limit $3)
  ) as owners order by owner limit $3`;

/** See the file's comment. */
export class PostgresqlReader {
  readonly #pool: pg.Pool;

  constructor(place: PostgresqlPlace) {
    this.#pool = new pg.Pool({
      ...clientConfig(place),
      max: CONNECTIONS,
      idleTimeoutMillis: IDLE_TIMEOUT,
      // Runs before a new connection is used.
      verify: (client, done) => client.query(sessionSettings(place), (error: Error | null) => done(error ?? undefined)),
    });
    // An unused connection that is lost is replaced by itself.
    this.#pool.on('error', () => undefined);
    // A connection in use tells its query, and everybody who listens: without a listener that would end the process.
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /** The number of a store, if it has one. */
  async storeNumber({ host, name }: StoreRef): Promise<number | undefined> {
    const [row] = await this.#read(STORE_NUMBER, [host, name]);
    return row === undefined ? undefined : numberOf(row['id']);
  }

  /** See `Driver.cell`. */
  async cell(store: number, owner: string, key: string): Promise<string | undefined> {
    const rows = await this.#read('select value from cell where store = $1 and owner = $2 and key = $3', [
      store,
      owner,
      key,
    ]);
    return rows[0] === undefined ? undefined : textOf(rows[0]['value']);
  }

  /** See `Driver.cells`. */
  async cells(store: number, owner: string): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#read('select key, value from cell where store = $1 and owner = $2 order by key', [
      store,
      owner,
    ]);
    return new Map(rows.map(({ key, value }) => [textOf(key), textOf(value)]));
  }

  /** See `Driver.count`. */
  async count(store: number, owner: string, key: string): Promise<number> {
    const rows = await this.#read('select value from counter where store = $1 and owner = $2 and key = $3', [
      store,
      owner,
      key,
    ]);
    return rows[0] === undefined ? 0 : numberOf(rows[0]['value']);
  }

  /** See `ArchiveStore.find`. Positions never change, so that the page needs no transaction with looking them up. */
  async find(store: number, owner: string, wanted: ArchiveQuery): Promise<ArchivePage> {
    const { afterId, beforeId, after, before, ids = [] } = wanted;
    const named = [afterId, beforeId, after, before, ...ids].filter((id) => id !== undefined);
    const located = await this.#locate(store, owner, [...new Set(named)]);
    const seqOf = (id: string | undefined): number | null => {
      if (id === undefined) return null;
      const seq = located?.seqs.get(id);
      if (seq === undefined) throw new StorageError('item-not-found', 'no entry of this id in the archive');
      return seq;
    };
    for (const id of ids) seqOf(id);
    const edges = [seqOf(afterId), seqOf(beforeId), seqOf(after), seqOf(before)];
    if (located === undefined) return { entries: [], complete: true, total: wanted.total === true ? 0 : undefined };
    return this.#page(located, wanted, edges);
  }

  /** See `ArchiveStore.get`. */
  async entry(store: number, owner: string, id: string): Promise<ArchiveEntry | undefined> {
    const located = await this.#locate(store, owner, [id]);
    const seq = located?.seqs.get(id);
    if (located === undefined || seq === undefined) return undefined;
    const rows = await this.#read(`select ${ENTRY_COLUMNS} from entry where archive = $1 and seq = $2`, [
      located.archive,
      seq,
    ]);
    return rows[0] === undefined ? undefined : entryOf(rows[0]);
  }

  /** See `Driver.owners`. */
  async *owners(store: number): AsyncIterable<string> {
    let after: string | null = null;
    for (;;) {
      const rows: readonly Row[] = await this.#read(GET_OWNERS, [store, after, OWNERS_PAGE]);
      const owners = rows.map(({ owner }) => textOf(owner));
      yield* owners;
      if (owners.length < OWNERS_PAGE) return;
      after = owners.at(-1) ?? null;
    }
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #page(located: Located, wanted: ArchiveQuery, edges: readonly (number | null)[]): Promise<ArchivePage> {
    const { sql, values } = conditionIn(located, wanted);
    const parameter = (offset: number): string => `$${values.length + offset}::bigint`;
    const filter = `${sql} and seq > coalesce(${parameter(1)}, 0) and (${parameter(2)} is null or seq < ${parameter(2)})`;
    const page = `${filter} and seq > coalesce(${parameter(3)}, 0)
      and (${parameter(4)} is null or seq < ${parameter(4)})`;
    const order = wanted.order === 'forward' ? 'seq' : 'seq desc';
    // One statement sees one moment. The row with the total has no position.
    const total = `union all select null, null, count(*), null, null, null, null from entry where ${filter}`;
    const rows = await this.#read(
      `(select ${ENTRY_COLUMNS} from entry where ${page} order by ${order} limit ${parameter(5)})
       ${wanted.total === true ? total : ''}`,
      [...values, ...edges, wanted.max + 1],
    );
    const found = rows.filter(({ seq }) => seq !== null);
    const entries = found.slice(0, wanted.max).map(entryOf);
    if (wanted.order === 'backward') entries.reverse();
    const counted = rows.find(({ seq }) => seq === null);
    return {
      entries,
      complete: found.length <= wanted.max,
      total: counted === undefined ? undefined : numberOf(counted['at']),
    };
  }

  #locate(store: number, owner: string, ids: readonly string[]): Promise<Located | undefined> {
    return this.#twice(() => locate(this.#pool, store, owner, ids));
  }

  #read(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return this.#twice(() => query(this.#pool, text, values));
  }

  /** A connection from before the database was restarted fails once; a read can be repeated. */
  async #twice<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (thrown) {
      if (isRefusal(toError(thrown))) throw thrown;
    }
    try {
      return await read();
    } catch (error) {
      throw databaseError(error);
    }
  }
}
