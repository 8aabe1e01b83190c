/** From the options of the server to what they mean. */
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { ConfigError } from '../config/config-error.ts';
import type { RawConfig } from '../config/raw-config.ts';
import { LOG_LEVELS } from '../logging/pino-log.ts';
import type { SERVER_OPTIONS } from './core-options.ts';
import type { ServerSettings } from './server-settings.ts';
import type { StorageConfig } from './storage.ts';

type Options = z.infer<typeof SERVER_OPTIONS>;

const STDOUT = 1;
const STDERR = 2;

/** Where Prosody's names for places lead. `*console` is where people look, and nothing else is written there. */
const PLACES: ReadonlyMap<string, number> = new Map([
  ['*stdout', STDOUT],
  ['*stderr', STDERR],
  ['*console', STDERR],
]);

/**
 * Options of the server, checked before.
 * @throws ConfigError options that contradict each other
 */
export function serverOptions(raw: RawConfig, options: Options): Omit<ServerSettings, 'hosts' | 'warnings'> {
  const folder = dirname(raw.file);
  const dataPath = resolve(folder, options.data_path);
  return {
    dataPath,
    storage: storageOf(raw, options, dataPath),
    adminSocket: resolve(dataPath, options.admin_socket),
    log: logOf(raw, options.log, folder),
    memoryLimit: options.memory_limit,
  };
}

function storageOf(raw: RawConfig, { storage, sql }: Options, directory: string): StorageConfig {
  const problem = (text: string): never => {
    throw new ConfigError(`${raw.settings.get('sql')?.at ?? raw.file}: ${text}`);
  };
  const driver = sql.driver === undefined ? undefined : sql.driver === 'SQLite3' ? 'sqlite' : 'postgresql';
  const kind = raw.settings.has('storage') ? storage : (driver ?? storage);
  if (driver !== undefined && driver !== kind) problem(`sql: the driver is ${sql.driver}, storage is ${kind}`);
  if (kind === 'memory') return { kind };
  const { driver: _, synchronous, ...place } = sql;
  if (kind === 'sqlite') {
    const [foreign] = Object.keys(place);
    if (foreign !== undefined) problem(`sql: ${foreign} is for PostgreSQL; SQLite is in data_path`);
    return { kind, directory, synchronous: synchronous ?? 'full' };
  }
  if (synchronous !== undefined) problem('sql: synchronous is for SQLite');
  const url = urlOf(sql);
  return sql.schema === undefined ? { kind, directory, url } : { kind, directory, url, schema: sql.schema };
}

function urlOf({
  host = 'localhost',
  port = 5432,
  database = 'couplet',
  username = 'couplet',
  password,
}: Options['sql']): string {
  const user = encodeURIComponent(username) + (password === undefined ? '' : `:${encodeURIComponent(password)}`);
  const path = encodeURIComponent(database);
  // A path is the folder of a UNIX socket.
  if (host.startsWith('/')) return `postgresql://${user}@/${path}?host=${encodeURIComponent(host)}&port=${port}`;
  return `postgresql://${user}@${host.includes(':') ? `[${host}]` : host}:${port}/${path}`;
}

function logOf(raw: RawConfig, log: Options['log'], folder: string): ServerSettings['log'] {
  if (typeof log === 'string') return { level: 'info', to: placeOf(log, folder) };
  const [level, ...more] = LOG_LEVELS.filter((name) => log[name] !== undefined);
  if (level === undefined || more.length > 0) {
    throw new ConfigError(`${raw.settings.get('log')?.at ?? raw.file}: log takes one level and one place`);
  }
  return { level, to: placeOf(log[level] ?? '', folder) };
}

function placeOf(text: string, folder: string): number | string {
  return PLACES.get(text) ?? resolve(folder, text);
}
