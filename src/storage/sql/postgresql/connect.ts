/** Connections to PostgreSQL the way this server uses them. */
import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Client, ClientConfig, QueryResult } from 'pg';
import type { Row } from '../columns.ts';

/** Where the data is. */
export interface PostgresqlPlace {
  /** `postgresql://USER:PASSWORD@HOST:PORT/DATABASE` */
  readonly url: string;
  /** Schema of our tables. Two servers may share a database if their schemas differ. */
  readonly schema: string;
  /** Names us in `pg_stat_activity`. */
  readonly name: string;
}

/** Milliseconds a statement may take at the server. */
const STATEMENT_TIMEOUT = 5000;

/** Milliseconds to wait for an answer: longer, so that the server's own error comes first if it can. */
const ANSWER_TIMEOUT = 8000;

/** Milliseconds to wait for a connection. */
const CONNECT_TIMEOUT = 5000;

/** OID of the type `int8`. Ours are safe integers. */
const INT8 = 20;

/** Settings of a connection. */
export function clientConfig({ url, name }: PostgresqlPlace): ClientConfig {
  const standard: (type: number, format?: 'text' | 'binary') => (text: string) => unknown = pg.types.getTypeParser;
  return {
    connectionString: url,
    application_name: name,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    query_timeout: ANSWER_TIMEOUT,
    keepAlive: true,
    types: {
      getTypeParser: (type, format) => (type === INT8 ? Number : standard(type, format)),
    },
  };
}

/**
 * What a new connection is told first. The keep-alives make the server notice within half a minute that we are gone
 * without a word, and so give up our lock.
 */
export function sessionSettings({ schema }: PostgresqlPlace): string {
  return `
    set search_path = ${quoted(schema)};
    set statement_timeout = ${STATEMENT_TIMEOUT};
    set idle_in_transaction_session_timeout = 30000;
    set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3;
    set client_min_messages = warning`;
}

/** A name in SQL. */
export function quoted(name: string): string {
  return pg.escapeIdentifier(name);
}

/** What can run a statement: a connection, or a pool of them. */
export type Queryable = Pick<Client, 'query'>;

/** Runs a statement that is prepared once for each connection. Texts must come from a bounded set. */
export async function query(on: Queryable, text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
  const result: QueryResult<Row> = await on.query<Row>({ name: nameOf(text), text, values: [...values] });
  return result.rows;
}

/** Selects the number of a store by host and name. */
export const STORE_NUMBER = 'select id from store where host = $1 and name = $2';

const names = new Map<string, string>();

function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = `couplet_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
    names.set(text, name);
  }
  return name;
}
