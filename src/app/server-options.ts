/** From the options of the server to what they mean. */
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { ConfigError } from '../config/config-error.ts';
import type { RawConfig } from '../config/raw-config.ts';
import type { SERVER_OPTIONS } from './core-options.ts';
import { logSinks } from './log-options.ts';
import type { ServerSettings } from './server-settings.ts';
import type { ProcessSettings } from './service/process-settings.ts';
import type { StorageConfig } from './storage.ts';

type Options = z.infer<typeof SERVER_OPTIONS>;

/** Whom Prosody's own commands become where nothing is said. */
const PROSODY = 'prosody';

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
    log: logSinks(raw, options),
    memoryLimit: options.memory_limit,
    commandTimeout: options.prosodyctl_timeout,
    serviceWarnings: options.prosodyctl_service_warnings,
    ignoreExistingData: options.ignore_existing_data,
    process: processOf(raw, options, folder),
  };
}

function processOf({ lenient }: RawConfig, options: Options, folder: string): ProcessSettings {
  const { run_as_root: runAsRoot, umask, pidfile } = options;
  const user = options.prosody_user ?? (lenient ? PROSODY : undefined);
  const group = options.prosody_group ?? user;
  return {
    pidfile: pidfile === undefined ? undefined : resolve(folder, pidfile),
    account: user === undefined || group === undefined ? undefined : { user: idOf(user), group: idOf(group) },
    runAsRoot,
    umask: Number.parseInt(umask, 8),
  };
}

/** A number may stand in quotes. */
function idOf(account: string | number): string | number {
  return /^[0-9]+$/.test(String(account)) ? Number(account) : account;
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
