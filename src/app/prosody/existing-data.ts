/** Looks for data that Prosody left, so that nobody starts without it by mistake. Nothing of it is touched. */
import { opendir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigError } from '../../config/config-error.ts';
import type { RawConfig } from '../../config/raw-config.ts';
import type { ServerSettings } from '../server-settings.ts';
import type { StorageConfig } from '../storage.ts';
import { membersOf } from './section.ts';

/** Prosody's tables. */
const TABLES = ['prosody', 'prosodyarchive'] as const;

/** Its database in SQLite where the configuration names none, in the folder of data. */
const DATABASE = 'prosody.sqlite';

/** A name as Prosody writes it: all but letters and digits as `%` and two digits, `_` as it is in names of stores. */
const NAME = /^(?:[0-9A-Za-z_]|%[0-9a-f]{2})+$/;

/** A file of a store. When which task ran last is nothing that anybody would miss. */
const STORE = /^(?!cron\.)(?:[0-9A-Za-z_]|%[0-9a-f]{2})+\.(?:dat|list)$/;

/** Milliseconds to wait for a database; one that does not answer is told by whoever needs it. */
const PATIENCE = 5000;

/**
 * Make sure that no data of Prosody's is where data is going to be kept.
 * @throws ConfigError there is
 */
export async function refuseProsodyData(settings: ServerSettings): Promise<void> {
  if (settings.ignoreExistingData === true || settings.storage.kind === 'memory') return;
  const found = await findProsodyData(settings);
  if (found === undefined) return;
  throw new ConfigError(
    `${found}, which cannot be imported yet: keep Prosody on it, or have couplet begin anew beside it, without any of its accounts and messages, by --ignore-existing-data or "ignore_existing_data = true"`,
  );
}

/** Where the configuration had Prosody keep its data in SQLite; undefined if it did not. */
export function sqliteDatabaseOf({ settings, hosts }: RawConfig): string | undefined {
  for (const section of [settings, ...hosts.map((host) => host.settings)]) {
    const sql = membersOf(section.get('sql')?.value);
    const database = sql.get('database');
    if (sql.get('driver') === 'SQLite3' && typeof database === 'string') return database;
  }
  return undefined;
}

/** What was found, and where: the beginning of a sentence. */
async function findProsodyData({
  dataPath,
  storage,
  prosodyDatabase = DATABASE,
}: ServerSettings): Promise<string | undefined> {
  const file = await findFile(dataPath);
  if (file !== undefined) return `${dataPath} holds data of Prosody (${file})`;
  const path = resolve(dataPath, prosodyDatabase);
  if (await hasRows(path)) return `${path} holds data of Prosody`;
  const table = storage.kind === 'postgresql' ? await findTable(storage) : undefined;
  return table === undefined ? undefined : `the database holds data of Prosody (table ${table})`;
}

/** `HOST/STORE/USER.dat` or `HOST/STORE.dat`, from the folder on. */
async function findFile(folder: string): Promise<string | undefined> {
  for await (const host of entriesOf(folder)) {
    if (!host.isDirectory() || !NAME.test(host.name)) continue;
    for await (const store of entriesOf(join(folder, host.name))) {
      const path = join(host.name, store.name);
      if (store.isFile() && STORE.test(store.name)) return path;
      if (!store.isDirectory() || !NAME.test(store.name)) continue;
      for await (const user of entriesOf(join(folder, path))) {
        if (user.isFile() && STORE.test(user.name)) return join(path, user.name);
      }
    }
  }
  return undefined;
}

async function* entriesOf(folder: string) {
  try {
    yield* await opendir(folder);
  } catch {
    // Not there, or not for us to read.
  }
}

async function hasRows(path: string): Promise<boolean> {
  const size = await stat(path).then(
    (file) => file.size,
    () => 0,
  );
  if (size === 0) return false;
  const { DatabaseSync } = await import('node:sqlite');
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      const tables = database.prepare("select name from sqlite_schema where type = 'table'").all();
      return TABLES.filter((name) => tables.some((table) => table['name'] === name)).some(
        (name) => database.prepare(`select 1 from ${name} limit 1`).get() !== undefined,
      );
    } finally {
      database.close();
    }
  } catch {
    return true; // whatever it holds that cannot be looked at now
  }
}

async function findTable({ url }: Extract<StorageConfig, { kind: 'postgresql' }>): Promise<string | undefined> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: PATIENCE, query_timeout: PATIENCE });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ schema: string; name: string }>(
      `select table_schema as schema, table_name as name from information_schema.tables where table_name = any($1)`,
      [TABLES],
    );
    for (const { schema, name } of rows) {
      const table = `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;
      const { rowCount } = await client.query(`select 1 from ${table} limit 1`);
      if (rowCount !== 0) return `${schema}.${name}`;
    }
    return undefined;
  } catch {
    return undefined; // told when the database is opened
  } finally {
    await client.end().catch(() => undefined);
  }
}
