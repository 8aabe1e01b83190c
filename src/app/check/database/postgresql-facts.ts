/** What there is to know about a PostgreSQL database. */
import pg from 'pg';
import { MIGRATIONS } from '../../../storage/sql/migrations/migrations.ts';
import { clientConfig, quoted } from '../../../storage/sql/postgresql/connect.ts';
import { placeOf } from '../../../storage/sql/postgresql/postgresql-storage.ts';
import { diskOf } from '../machine/disk.ts';
import type { PostgresqlConfig } from '../../storage.ts';
import type { DatabaseFacts } from './database.ts';

const SCHEMA = 'couplet';

/** Settings without which a commit may be lost. */
const SAFE: readonly string[] = ['fsync', 'full_page_writes', 'synchronous_commit'];

/** Run `act` on a connection of its own, with time-outs. @throws Error it cannot be reached */
export async function withPostgresql<T>(
  { url, schema = SCHEMA }: PostgresqlConfig,
  act: (client: pg.Client, schema: string) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ ...clientConfig(placeOf({ url, schema })), application_name: 'couplet check' });
  client.on('error', () => undefined); // whoever waits is told
  try {
    await client.connect();
    await client.query('set statement_timeout = 5000');
    return await act(client, schema);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Look at a database. */
export async function postgresqlFacts(config: PostgresqlConfig): Promise<DatabaseFacts> {
  const disk = diskOf(config.directory);
  const common = { kind: 'postgresql', known: MIGRATIONS.length, ...(disk !== undefined && { disk }) } as const;
  try {
    return { ...common, ...(await withPostgresql(config, read)) };
  } catch (error) {
    return { ...common, problem: error instanceof Error && error.message !== '' ? error.message : 'no connection' };
  }
}

async function read(client: pg.Client, schema: string): Promise<Partial<DatabaseFacts>> {
  const settings = await settingsOf(client);
  const unsafe = SAFE.filter((name) => settings.get(name) === 'off').map((name) => `${name} = off`);
  const [row] = await rows<{ bytes: string; used: string; there: string | null; holder: string | null }>(
    client,
    `select pg_database_size(current_database()) as bytes, (select count(*) from pg_stat_activity) as used,
       to_regclass($1) as there,
       (select application_name || ' from ' || coalesce(host(client_addr), 'a local socket')
        from pg_locks join pg_stat_activity using (pid)
        where locktype = 'advisory' and granted and application_name like 'couplet %'
          and pg_locks.database = (select oid from pg_database where datname = current_database()) limit 1) as holder`,
    [`${quoted(schema)}.migration`],
  );
  const common = {
    version: `PostgreSQL ${settings.get('server_version') ?? ''}`.trim(),
    unsafe,
    encoding: settings.get('server_encoding') ?? '',
    connections: { used: Number(row?.used), most: Number(settings.get('max_connections')) },
  };
  if (row === undefined || row.there === null) return { ...common, empty: true };
  const [last] = await rows<{ step: number }>(
    client,
    `select coalesce(max(number), 0) as step from ${quoted(schema)}.migration`,
  );
  const walBytes = await walSize(client);
  return {
    ...common,
    schema: Number(last?.step),
    bytes: Number(row.bytes),
    holder: row.holder ?? undefined,
    ...(walBytes !== undefined && { walBytes }),
  };
}

async function settingsOf(client: pg.Client): Promise<ReadonlyMap<string, string>> {
  const wanted = [...SAFE, 'server_version', 'server_encoding', 'max_connections'];
  const found = await rows<{ name: string; setting: string }>(
    client,
    'select name, setting from pg_settings where name = any ($1)',
    [wanted],
  );
  return new Map(found.map(({ name, setting }) => [name, setting]));
}

/** `undefined` where that is for the database's administrator alone to know. */
async function walSize(client: pg.Client): Promise<number | undefined> {
  try {
    const [row] = await rows<{ bytes: string | null }>(client, 'select sum(size) as bytes from pg_ls_waldir()');
    return Number(row?.bytes);
  } catch {
    return undefined;
  }
}

async function rows<R extends pg.QueryResultRow>(
  client: pg.Client,
  text: string,
  values: unknown[] = [],
): Promise<R[]> {
  return (await client.query<R>(text, values)).rows;
}
