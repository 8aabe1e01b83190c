/** The options of `couplet`. */
import { parseArgs } from 'node:util';
import { ConfigError } from '../config/config-error.ts';
import { isContainer } from '../config/environment/read-environment.ts';
import { LOG_LEVELS, type LogLevel } from '../logging/levels.ts';
import { findConfig } from './find-config.ts';
import { ZERO_DATA, type ZeroChoices } from './load-settings.ts';
import { mayBeRoot } from './service/privileges.ts';

/** Says, where it is yes, what `--container` says. */
export const CONTAINER = 'COUPLET_CONTAINER';

/** Seconds that a database has to start beside the server. */
const CONTAINER_WAIT = '60';

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
  /** Go into the background. */
  readonly background: boolean;
  /** Root may run it. */
  readonly root: boolean;
  /** Begin anew although Prosody left data in the same place. */
  readonly ignoreExistingData: boolean;
  /** Start as in a container. */
  readonly container: boolean;
  /** Seconds to wait for a database that does not answer. */
  readonly databaseWait: number;
}

/** The text of `--help`. */
export const USAGE = `Usage: couplet [options]

Serves XMPP clients. Without a configuration: the host "localhost", for this machine alone.

Options:
  --config FILE          configuration in YAML (config/example.yaml explains every option), or in Lua as Prosody's: *.lua.
                         Without it: $PROSODY_CONFIG, /etc/couplet/couplet.yaml, /etc/couplet/prosody.cfg.lua,
                         /etc/prosody/prosody.cfg.lua
  --no-search            look for none in /etc, as "npm start" does
  -F, --foreground       stay in the foreground: the default
  -D, --daemonize        go into the background, once it takes connections
  --root                 let root run it with all rights
  --container            start as in a container (docs/service.md): wait for the database, make the administrator
  --wait-for-database SECONDS
                         how long a database that does not answer is waited for (default 0, with --container 60)
  --ignore-existing-data begin anew although Prosody left data in the same place; it is not touched
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
  'no-search': { type: 'boolean' },
  foreground: { type: 'boolean', short: 'F' },
  daemonize: { type: 'boolean', short: 'D' },
  root: { type: 'boolean' },
  container: { type: 'boolean' },
  'wait-for-database': { type: 'string' },
  'ignore-existing-data': { type: 'boolean' },
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

const NOTHING_TO_SERVE =
  'nothing says what to serve: set PROSODY_DOMAIN, or mount a configuration at /etc/couplet/couplet.yaml or /etc/prosody/prosody.cfg.lua';

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
  if (values.daemonize === true && values.foreground === true) throw new ConfigError('-D and -F: only one of them');
  if (values.config !== undefined) {
    for (const [name, option] of IN_FILE) {
      if (values[name] !== undefined) throw new ConfigError(`--${name}: with --config, set ${option} in that file`);
    }
    if (values.user !== undefined) throw new ConfigError('--user: with --config, use coupletctl adduser');
  }
  const zero = values.user !== undefined || IN_FILE.some(([name]) => values[name] !== undefined);
  const container = values.container === true || isContainer(process.env);
  const environment = container ? { ...process.env, [CONTAINER]: '1' } : process.env;
  const show = values.help === true ? 'help' : values.version === true ? 'version' : undefined;
  const config = values.config ?? (zero ? undefined : findConfig(environment, values['no-search'] !== true));
  if (container && config === undefined && !zero && show === undefined) throw new ConfigError(NOTHING_TO_SERVE);
  const logLevel = values['log-level'] === undefined ? undefined : levelOf(values['log-level']);
  return {
    show,
    config,
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
    background: values.daemonize === true,
    root: values.root === true || mayBeRoot(),
    ignoreExistingData: values['ignore-existing-data'] === true,
    container,
    databaseWait: secondsOf(values['wait-for-database'] ?? (container ? CONTAINER_WAIT : '0')),
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

function secondsOf(text: string): number {
  if (!/^[0-9]{1,5}$/.test(text)) throw new ConfigError(`--wait-for-database: "${text}" is no number of seconds`);
  return Number(text);
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
