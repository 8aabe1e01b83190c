/** Where a server's settings come from: a file, or nothing but the command line. */
import { access, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ConfigError } from '../config/config-error.ts';
import type { RawConfig } from '../config/raw-config.ts';
import { readYaml } from '../config/yaml.ts';
import type { HostConfig } from '../host/host.ts';
import type { LogLevel } from '../logging/levels.ts';
import { consoleSink } from '../logging/sink-settings.ts';
import { environmentConfig, withEnvironment } from './environment.ts';
import { ENVIRONMENT } from './find-config.ts';
import { modulesOf } from './profile.ts';
import type { ServerSettings } from './server-settings.ts';
import { settingsOf } from './settings.ts';

/** The host that is served where no file names one. */
export const ZERO_HOST = 'localhost';

/** Its first account. */
export const ZERO_ADMIN = 'admin';

/** Folder of data where no file names one, from the current folder on. */
export const ZERO_DATA = 'data';

/** Control socket where no file names one, in the folder of data. */
const ZERO_SOCKET = 'prosody.sock';

/** Folder of certificates where nothing else is said; in the folder of data it is for those made here. */
export const CERTIFICATES = 'certs';

/** Keys of Prosody's `ssl` table that are paths. */
const SSL_PATHS = new Set(['certificate', 'key', 'cafile', 'capath', 'dhparam']);

/** What can be chosen without a file. */
export interface ZeroChoices {
  /** Folder of data. */
  readonly data: string;
  readonly storage: 'sqlite' | 'memory';
  readonly port: number;
  /** Port on which TLS starts with the first byte; `undefined` for none. */
  readonly tlsPort: number | undefined;
  readonly address: string;
  readonly logLevel: LogLevel;
}

/**
 * Settings from a file, in Lua where its name ends so, in YAML otherwise, with what the environment says.
 * @param path or `ENVIRONMENT`
 * @throws ConfigError the file cannot be read or says what is wrong
 */
export async function loadSettings(path: string): Promise<ServerSettings> {
  return settingsFrom(await loadConfig(path));
}

/**
 * Settings from a configuration that was read.
 * @throws ConfigError what is wrong
 */
export async function settingsFrom(raw: RawConfig): Promise<ServerSettings> {
  const settings = await settingsOf(raw);
  return { ...settings, hosts: settings.hosts.map((host) => withPaths(host, dirname(raw.file))) };
}

/**
 * A configuration with what the environment says.
 * @param path or `ENVIRONMENT`
 * @throws ConfigError it cannot be read
 */
export async function loadConfig(path: string): Promise<RawConfig> {
  if (path !== ENVIRONMENT) return withEnvironment(await readConfig(resolve(path)));
  return environmentConfig();
}

/**
 * A configuration as it was written, without the environment.
 * @param file absolute path
 * @throws ConfigError it cannot be read
 */
export async function readConfig(file: string): Promise<RawConfig> {
  try {
    if (file.endsWith('.lua')) {
      await access(file);
      const { readLua } = await import('../config/lua/read-lua.ts');
      return await readLua(file);
    }
    return await readYaml(file, await readFile(file, 'utf8'));
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(
      `the configuration cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** The host with paths of certificates as they are meant: from the folder of the configuration on. */
function withPaths(host: HostConfig, folder: string): HostConfig {
  const options = { certificates: CERTIFICATES, ...host.options };
  for (const name of ['certificates', 'certificate', 'certificate_key', 'c2s_direct_tls_certificate'] as const) {
    const path = new Map<string, unknown>(Object.entries(options)).get(name);
    if (typeof path === 'string') Object.assign(options, { [name]: resolve(folder, path) });
  }
  for (const name of ['ssl', 'c2s_ssl', 'c2s_direct_tls_ssl'] as const) {
    const table: unknown = new Map<string, unknown>(Object.entries(options)).get(name);
    if (typeof table !== 'object' || table === null) continue;
    const entries = Object.entries(table).map(([key, value]: [string, unknown]): [string, unknown] => [
      key,
      SSL_PATHS.has(key) && typeof value === 'string' && value !== 'auto' ? resolve(folder, value) : value,
    ]);
    Object.assign(options, { [name]: Object.fromEntries<unknown>(entries) });
  }
  return { ...host, options };
}

/** Settings without a file: `localhost` for this machine alone. */
export function zeroSettings({ data, storage, port, tlsPort, address, logLevel }: ZeroChoices): ServerSettings {
  const dataPath = resolve(data);
  return {
    hosts: [
      {
        domain: ZERO_HOST,
        kind: 'host',
        modules: [...modulesOf({ everywhere: undefined, here: [], disabled: [] }), 'auth_internal_hashed'],
        options: {
          admins: [`${ZERO_ADMIN}@${ZERO_HOST}`],
          c2s_ports: [port],
          c2s_interfaces: [address],
          c2s_direct_tls_ports: tlsPort === undefined ? [] : [tlsPort],
          c2s_direct_tls_interfaces: [address],
          certificates: join(dataPath, CERTIFICATES),
        },
      },
    ],
    storage: storage === 'memory' ? { kind: 'memory' } : { kind: 'sqlite', directory: dataPath },
    dataPath,
    adminSocket: resolve(dataPath, ZERO_SOCKET),
    log: [consoleSink(logLevel)],
    warnings: [],
  };
}
