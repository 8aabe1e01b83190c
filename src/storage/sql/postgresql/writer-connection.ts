/**
 * The one connection that writes. It holds the lock of the data, so that whoever has the connection is the only writer;
 * and once a new connection has the lock, nothing that the one before it began can still be committed.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { StorageError } from '../../storage-error.ts';
import { numberOf, textOf } from '../columns.ts';
import { clientConfig, sessionSettings } from './connect.ts';
import type { PostgresqlPlace } from './connect.ts';
import { databaseError, isRefusal } from './postgresql-error.ts';

/** First key of our advisory locks: "Cplt". The second comes from the schema. */
const LOCK_CLASS = 0x43706c74;

/** Milliseconds between two attempts to get the lock. */
const LOCK_PAUSE = 100;

/** See the file's comment. */
export class WriterConnection {
  readonly #place: PostgresqlPlace;
  readonly #lock: readonly [number, number];
  #client: pg.Client | undefined;
  /** Backend of the connection before, as long as it may still be there. */
  #lastProcess: number | undefined;
  #closed = false;

  constructor(place: PostgresqlPlace) {
    this.#place = place;
    this.#lock = [LOCK_CLASS, createHash('sha256').update(place.schema).digest().readInt32BE(0)];
  }

  /**
   * Connects, and waits for the lock: a server that has just ended may still hold it.
   * @param wait milliseconds
   * @throws Error that names the holder
   */
  async open(wait: number): Promise<pg.Client> {
    const end = performance.now() + wait;
    for (;;) {
      const client = await this.#connect();
      if (await this.#takeLock(client)) return this.#use(client);
      const holder = await this.#holder(client);
      await client.end();
      if (performance.now() > end) throw new Error(`another server uses this database: ${holder}`);
      await sleep(LOCK_PAUSE);
    }
  }

  /**
   * The connection; a new one if the last was dropped.
   * @throws StorageError `unavailable`
   */
  async get(): Promise<pg.Client> {
    if (this.#client !== undefined) return this.#client;
    if (this.#closed) throw new StorageError('unavailable', 'the connection is closed');
    let client: pg.Client | undefined;
    try {
      client = await this.#connect();
      if (await this.#takeLock(client)) return await this.#use(client);
      await this.#endLastProcess(client);
      const holder = await this.#holder(client);
      throw new StorageError('unavailable', `the lock of the database is held by ${holder}`);
    } catch (error) {
      drop(client);
      throw databaseError(error);
    }
  }

  /** Gives the connection up, since nothing is known about it after an error. */
  drop(): void {
    drop(this.#client);
    this.#client = undefined;
  }

  /** Rolls back after `error`; drops a connection that is not sound. */
  async rollBack(error: Error): Promise<void> {
    if (!isRefusal(error)) return this.drop();
    try {
      await this.#client?.query('rollback');
    } catch {
      this.drop();
    }
  }

  /** Closes it. */
  async close(): Promise<void> {
    this.#closed = true;
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => undefined);
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(clientConfig(this.#place));
    // An error on an idle connection; what is under way gets it too.
    client.on('error', () => {
      if (this.#client === client) this.#client = undefined;
    });
    await client.connect();
    await client.query(sessionSettings(this.#place));
    return client;
  }

  async #use(client: pg.Client): Promise<pg.Client> {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    this.#lastProcess = numberOf(rows[0]?.pid);
    this.#client = client;
    return client;
  }

  async #takeLock(client: pg.Client): Promise<boolean> {
    const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1, $2) as got', [
      ...this.#lock,
    ]);
    return rows[0]?.got === true;
  }

  /** Ends what is left of our own last connection: the server may not have noticed yet that we dropped it. */
  async #endLastProcess(client: pg.Client): Promise<void> {
    if (this.#lastProcess === undefined) return;
    await client.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where pid = $1 and application_name = $2',
      [this.#lastProcess, this.#place.name],
    );
  }

  async #holder(client: pg.Client): Promise<string> {
    const { rows } = await client.query<{ holder: string }>(
      `select application_name || ' from ' || coalesce(host(client_addr), 'a local socket') as holder
       from pg_locks join pg_stat_activity using (pid)
       where locktype = 'advisory' and granted and classid::bigint = $1 and objid::bigint = $2 and objsubid = 2
         and pg_locks.database = (select oid from pg_database where datname = current_database())`,
      [this.#lock[0], this.#lock[1] >>> 0],
    );
    return textOf(rows[0]?.holder ?? 'a server that has just ended');
  }
}

/** Ends a connection without waiting for it. */
function drop(client: pg.Client | undefined): void {
  client?.connection.stream.destroy();
}
