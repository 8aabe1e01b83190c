/** All commands of coupletctl, in the order in which they are listed. */
import { PRODUCT, VERSION } from '../host/product.ts';
import { adduser, deluser, passwd, register, unregister, userCreate, userPassword } from './accounts.ts';
import { backup, restore } from './backup.ts';
import { INPUT_OPTIONS, type Command } from './command.ts';
import { configShow } from './config-show.ts';
import { configConvert } from './config.ts';
import { check } from './check.ts';
import { certConfig, certGenerate, certKey, certRequest } from './cert.ts';
import { certImport } from './cert-import.ts';
import { completionCommand } from './completion.ts';
import { findConfig } from '../app/find-config.ts';
import { OPERATION_COMMANDS } from './operation-commands.ts';
import { MeantServer } from './meant-server.ts';
import { PROSODY_COMMANDS } from './prosody.ts';
import { reload } from './reload.ts';
import { resultText } from './result-text.ts';
import { healthcheck, restart, start, stop } from './service.ts';
import { SESSION_COMMANDS } from './sessions.ts';
import { shellCommand } from './shell.ts';
import { statsShow } from './stats.ts';
import { status } from './status.ts';
import { userImport } from './user-import.ts';
import { userList } from './user-list.ts';
import { watchLog, watchStanzas } from './watch.ts';

const help: Command = {
  name: 'help',
  parameters: ['[COMMAND…]'],
  summary: 'List the commands, those of a section such as "user", or the options of one',
  run({ program, parameters, out }) {
    out(parameters.length === 0 ? usage(program) : usageOf(program, parameters));
    return 0;
  },
};

const version: Command = {
  name: 'version',
  options: ['json'],
  summary: 'Show which version this is',
  run({ options, out }) {
    const { node } = process.versions;
    if (options.json === true) out(`${JSON.stringify({ product: PRODUCT, version: VERSION, node })}\n`);
    else out(`${PRODUCT} ${VERSION} on Node.js ${node}\n`);
    return 0;
  },
};

const about: Command = {
  name: 'about',
  options: ['json'],
  summary: 'Show which version this is, what it runs on, and where it keeps its configuration and data',
  async run({ options, out }) {
    const { dataPath, adminSocket, storage } = await new MeantServer(options).settings();
    const { node, openssl, sqlite } = process.versions;
    const config = options.config ?? (options.data === undefined ? findConfig() : undefined) ?? 'none';
    const found = {
      product: `${PRODUCT} ${VERSION}`,
      node: `${node}, OpenSSL ${openssl ?? ''}, SQLite ${sqlite ?? ''}`,
      system: `${process.platform} ${process.arch}`,
      configuration: config,
      data: dataPath,
      storage: storage.kind,
      socket: adminSocket,
    };
    out(options.json === true ? `${JSON.stringify(found)}\n` : resultText(found));
    return 0;
  },
};

/** In the order of the list that `help` prints. */
export const COMMANDS: readonly Command[] = [
  start,
  stop,
  restart,
  status,
  healthcheck,
  reload,
  adduser,
  passwd,
  deluser,
  register,
  unregister,
  userCreate,
  userPassword,
  userList,
  userImport,
  ...SESSION_COMMANDS,
  ...OPERATION_COMMANDS,
  statsShow,
  watchLog,
  watchStanzas,
  backup,
  restore,
  certGenerate,
  certRequest,
  certKey,
  certConfig,
  certImport,
  check,
  configConvert,
  configShow,
  ...PROSODY_COMMANDS,
  shellCommand(() => COMMANDS.map(({ name }) => name)),
  completionCommand(() => COMMANDS, optionsOf),
  about,
  version,
  help,
];

/** How to call the program, and what it can do. */
export function usage(program: string): string {
  return `usage: ${program} [OPTION…] COMMAND [PARAMETER…]

${listText(COMMANDS)}
Which server:
  --config FILE         the one with this configuration
  --data DIR            the one without a configuration that keeps its data there (default ./data)
  --root                root works on data, and starts the server, as it is: without becoming their user

"${program} COMMAND --help" shows the options of a command.
Where no --password-file is given, passwords are asked for, or read from standard input: one line.
What goes wrong is told on standard error, with exit status 1. -v and --verbose change nothing; with --quiet the
shell says nothing by itself.
`;
}

/**
 * How to call the commands that begin with these words, and their options.
 * @throws Error there are none
 */
export function usageOf(program: string, words: readonly string[]): string {
  const typed = words.join(' ');
  const some = COMMANDS.flatMap((it) => {
    const name = [it.name, ...(it.aliases ?? [])].find((spelling) => `${spelling} `.startsWith(`${typed} `));
    return name === undefined ? [] : [{ ...it, name }];
  });
  const [only] = some;
  if (only === undefined) throw new Error(`unknown command: ${typed} (see ${program} help)`);
  if (some.length > 1) return `usage: ${program} [OPTION…] COMMAND [PARAMETER…]\n\n${listText(some)}`;
  const { name, parameters = [], summary } = only;
  const options = [...optionsOf(only), ['--config FILE, --data DIR, --root', `see ${program} help`] as const];
  return `usage: ${[program, '[OPTION…]', name, ...parameters].join(' ')}\n\n${summary}\n\n${columns(options)}`;
}

/** Options of a command as they are typed, and what they mean. */
export function optionsOf({ options = [] }: Command): (readonly [string, string])[] {
  return options.flatMap((option) => {
    const own = OWN_OPTIONS.get(option);
    if (own !== undefined) return [own];
    const [value, meaning] = INPUT_OPTIONS.get(option) ?? [];
    return value === undefined || meaning === undefined ? [] : [[`--${option} ${value}`, meaning]];
  });
}

const OWN_OPTIONS: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['password-file', ['--password-file FILE', 'the password is the first line of that file']],
  ['if-missing', ['--if-missing', 'let an account that exists be']],
  ['in', ['--in', 'only what clients send']],
  ['out', ['--out', 'only what clients get']],
  ['force', ['--force', 'replace files that are there; start and stop although systemd runs the server']],
  ['json', ['--json', 'answer in JSON']],
  ['now', ['--now', 'for good at once, whatever the grace period is']],
  ['yes', ['--yes', 'nothing is asked in any case']],
  ['dry-run', ['--dry-run', 'only tell what would change']],
  ['origin', ['--origin', 'with the place where each was set']],
  ['ping', ['--ping HOST[:PORT]', 'a STUN server to send to through the TURN server']],
  ['strict', ['--strict', 'exit status 2 for advice too']],
]);

function listText(commands: readonly Command[]): string {
  return columns(
    commands.map(({ name, parameters = [], summary }) => [[name, ...parameters].join(' '), summary] as const),
  );
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}\n`).join('');
}
