/** The options of `couplet`. */
import { parseArgs } from 'node:util';
import { ConfigError } from '../config/config-error.ts';
import { LOG_LEVELS, type LogLevel } from '../logging/pino-log.ts';

/** An account given on the command line. */
export interface GivenUser {
  readonly name: string;
  readonly password: string;
}

/** What the command line asks for. */
export interface CommandLine {
  readonly show: 'help' | 'version' | undefined;
  readonly users: readonly GivenUser[];
  readonly port: number;
  readonly address: string;
  readonly logLevel: LogLevel;
}

/** The text of `--help`. */
export const USAGE = `Usage: couplet [options]

Serves the host "localhost" to XMPP clients, keeping everything in memory.

Options:
  --user NAME:PASSWORD   an account; may be given several times.
                         Without it one random account is made and shown
  --port N               port for client connections (default 5222; 0: any free one)
  --interface ADDRESS    address to listen on (default 127.0.0.1)
  --log-level LEVEL      ${LOG_LEVELS.join(', ')} (default info)
  --version              show the version
  --help                 show this text
`;

/**
 * Read the arguments.
 * @throws ConfigError an unknown option, or a value that cannot be used
 */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values } = parse(args);
  return {
    show: values.help === true ? 'help' : values.version === true ? 'version' : undefined,
    users: (values.user ?? []).map(userOf),
    port: portOf(values.port ?? '5222'),
    address: values.interface ?? '127.0.0.1',
    logLevel: levelOf(values['log-level'] ?? 'info'),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        user: { type: 'string', multiple: true },
        port: { type: 'string' },
        interface: { type: 'string' },
        'log-level': { type: 'string' },
        version: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error));
  }
}

function userOf(text: string): GivenUser {
  const colon = text.indexOf(':');
  if (colon <= 0 || colon === text.length - 1) throw new ConfigError('--user takes NAME:PASSWORD');
  return { name: text.slice(0, colon), password: text.slice(colon + 1) };
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^[0-9]{1,5}$/.test(text) || port > 65_535) throw new ConfigError(`--port: "${text}" is not a port`);
  return port;
}

function levelOf(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text);
  if (level === undefined) throw new ConfigError(`--log-level: "${text}" is none of ${LOG_LEVELS.join(', ')}`);
  return level;
}
