/** Where a server's settings come from: a file, or nothing but the command line. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigError } from '../config/config-error.ts';
import { readYaml } from '../config/yaml.ts';
import type { LogLevel } from '../logging/pino-log.ts';
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

const STDERR = 2;

/** What can be chosen without a file. */
export interface ZeroChoices {
  /** Folder of data. */
  readonly data: string;
  readonly storage: 'sqlite' | 'memory';
  readonly port: number;
  readonly address: string;
  readonly logLevel: LogLevel;
}

/**
 * Settings from a YAML file.
 * @throws ConfigError the file cannot be read or says what is wrong
 */
export async function loadSettings(path: string): Promise<ServerSettings> {
  const file = resolve(path);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigError(
      `the configuration cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (file.endsWith('.lua')) throw new ConfigError(`${file}: a configuration in Lua cannot be read yet, only YAML`);
  return settingsOf(await readYaml(file, text));
}

/** Settings without a file: `localhost` for this machine alone. */
export function zeroSettings({ data, storage, port, address, logLevel }: ZeroChoices): ServerSettings {
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
          c2s_require_encryption: false,
        },
      },
    ],
    storage: storage === 'memory' ? { kind: 'memory' } : { kind: 'sqlite', directory: dataPath },
    dataPath,
    adminSocket: resolve(dataPath, ZERO_SOCKET),
    log: { level: logLevel, to: STDERR },
    warnings: [],
  };
}
