/** The options of `couplet`. */
import { parseArgs } from 'node:util';
import { ConfigError } from '../config/config-error.ts';
import { LOG_LEVELS, type LogLevel } from '../logging/pino-log.ts';
import { findConfig } from './find-config.ts';
import { ZERO_DATA, type ZeroChoices } from './load-settings.ts';

/** An account given on the command line. */
export interface GivenUser {
  readonly name: string;
  readonly password: string;
}

/** What the command line asks for. */
export interface CommandLine {
  readonly show: 'help' | 'version' | undefined;
  /** Path of the configuration; without one, `zero` and `users` say what to serve. */
  readonly config: string | undefined;
  readonly zero: ZeroChoices;
  readonly users: readonly GivenUser[];
  /** Wins over the configuration. */
  readonly logLevel: LogLevel | undefined;
}

/** The text of `--help`. */
export const USAGE = `Usage: couplet [options]

Serves XMPP clients. Without a configuration: the host "localhost", for this machine alone.

Options:
  --config FILE          configuration in YAML (config/example.yaml explains every option), or in Lua as Prosody's: *.lua.
                         Without it: $PROSODY_CONFIG, /etc/couplet/couplet.yaml, /etc/couplet/prosody.cfg.lua
  -F, --foreground       do not go into the background; it never does
  --log-level LEVEL      ${LOG_LEVELS.join(', ')} (default info)
  --version              show the version
  --help                 show this text

Without --config only:
  --data DIR             folder of all data, made if it is missing (default ./${ZERO_DATA})
  --storage KIND         sqlite, or memory: everything is gone when it stops (default sqlite)
  --user NAME:PASSWORD   an account, made if it is missing; may be given several times.
                         Where there is no account, admin@localhost is made
  --port N               port for client connections (default 5222; 0: any free one)
  --tls-port N           port on which TLS starts with the first byte (default 5223, and none if --port is given)
  --interface ADDRESS    address to listen on (default 127.0.0.1)
`;

const OPTIONS = {
  config: { type: 'string' },
  foreground: { type: 'boolean', short: 'F' },
  daemonize: { type: 'boolean', short: 'D' },
  data: { type: 'string' },
  storage: { type: 'string' },
  user: { type: 'string', multiple: true },
  port: { type: 'string' },
  'tls-port': { type: 'string' },
  interface: { type: 'string' },
  'log-level': { type: 'string' },
  version: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** What a configuration says itself, with the option that says it. */
const IN_FILE = [
  ['data', 'data_path'],
  ['storage', 'storage'],
  ['port', 'c2s_ports'],
  ['tls-port', 'c2s_direct_tls_ports'],
  ['interface', 'c2s_interfaces'],
] as const;

/**
 * Read the arguments.
 * @throws ConfigError an unknown option, or a value that cannot be used
 */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values } = parse(args);
  if (values.daemonize === true) {
    throw new ConfigError('couplet does not go into the background: let systemd, a container or your shell do that');
  }
  if (values.config !== undefined) {
    for (const [name, option] of IN_FILE) {
      if (values[name] !== undefined) throw new ConfigError(`--${name}: with --config, set ${option} in that file`);
    }
    if (values.user !== undefined) throw new ConfigError('--user: with --config, use coupletctl adduser');
  }
  const zero = values.user !== undefined || IN_FILE.some(([name]) => values[name] !== undefined);
  const logLevel = values['log-level'] === undefined ? undefined : levelOf(values['log-level']);
  return {
    show: values.help === true ? 'help' : values.version === true ? 'version' : undefined,
    config: values.config ?? (zero ? undefined : findConfig()),
    users: (values.user ?? []).map(userOf),
    zero: {
      data: values.data ?? ZERO_DATA,
      storage: storageOf(values.storage ?? 'sqlite'),
      port: portOf('--port', values.port ?? '5222'),
      tlsPort: tlsPortOf(values['tls-port'], values.port),
      address: values.interface ?? '127.0.0.1',
      logLevel: logLevel ?? 'info',
    },
    logLevel,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS });
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error));
  }
}

function userOf(text: string): GivenUser {
  const colon = text.indexOf(':');
  if (colon <= 0 || colon === text.length - 1) throw new ConfigError('--user takes NAME:PASSWORD');
  return { name: text.slice(0, colon), password: text.slice(colon + 1) };
}

function storageOf(text: string): ZeroChoices['storage'] {
  if (text !== 'sqlite' && text !== 'memory')
    throw new ConfigError(`--storage: "${text}" is neither sqlite nor memory`);
  return text;
}

function portOf(option: string, text: string): number {
  const port = Number(text);
  if (!/^[0-9]{1,5}$/.test(text) || port > 65_535) throw new ConfigError(`${option}: "${text}" is not a port`);
  return port;
}

/** Whoever chooses a port most likely runs several servers: 5223 is for the one on 5222. */
function tlsPortOf(text: string | undefined, port: string | undefined): number | undefined {
  if (text !== undefined) return portOf('--tls-port', text);
  return port === undefined ? 5223 : undefined;
}

function levelOf(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text);
  if (level === undefined) throw new ConfigError(`--log-level: "${text}" is none of ${LOG_LEVELS.join(', ')}`);
  return level;
}
