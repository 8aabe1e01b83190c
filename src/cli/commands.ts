/** All commands of coupletctl, in the order in which they are listed. */
import { PRODUCT, VERSION } from '../host/product.ts';
import { adduser, deluser, passwd, register, unregister, userCreate, userPassword } from './accounts.ts';
import { backup, restore } from './backup.ts';
import { INPUT_OPTIONS, type Command } from './command.ts';
import { configConvert, configShow } from './config.ts';
import { completionCommand } from './completion.ts';
import { OPERATION_COMMANDS } from './operation-commands.ts';
import { healthcheck, restart, start, stop } from './service.ts';
import { shellCommand } from './shell.ts';
import { status } from './status.ts';
import { userImport } from './user-import.ts';
import { userList } from './user-list.ts';

const help: Command = {
  name: 'help',
  summary: 'List the commands',
  run({ program, out }) {
    out(usage(program));
    return 0;
  },
};

const version: Command = {
  name: 'version',
  aliases: ['about'],
  summary: 'Show which version this is',
  run({ out }) {
    out(`${PRODUCT} ${VERSION} on Node.js ${process.versions.node}\n`);
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
  adduser,
  passwd,
  deluser,
  register,
  unregister,
  userCreate,
  userPassword,
  userList,
  userImport,
  ...OPERATION_COMMANDS,
  backup,
  restore,
  configConvert,
  configShow,
  shellCommand(() => COMMANDS.map(({ name }) => name)),
  completionCommand(() => COMMANDS, optionsOf),
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

"${program} COMMAND --help" shows the options of a command.
Where no --password-file is given, passwords are asked for, or read from standard input: one line.
`;
}

/**
 * How to call the commands that begin with these words, and their options.
 * @throws Error there are none
 */
export function usageOf(program: string, words: readonly string[]): string {
  const typed = words.join(' ');
  const some = COMMANDS.filter((it) =>
    [it.name, ...(it.aliases ?? [])].some((name) => `${name} `.startsWith(`${typed} `)),
  );
  const [only] = some;
  if (only === undefined) throw new Error(`unknown command: ${typed} (see ${program} help)`);
  if (some.length > 1) return `usage: ${program} [OPTION…] COMMAND [PARAMETER…]\n\n${listText(some)}`;
  const { name, parameters = [], summary } = only;
  const options = optionsOf(only).map(([option, meaning]) => `${`  ${option}  ${meaning}`.trimEnd()}\n`);
  const list = options.length === 0 ? '' : `\n${options.join('')}`;
  return `usage: ${[program, '[OPTION…]', name, ...parameters].join(' ')}\n\n${summary}\n${list}`;
}

/** Options of a command as they are typed, and what they mean. */
export function optionsOf({ options = [] }: Command): (readonly [string, string])[] {
  return options.flatMap((option) => {
    const own = OWN_OPTIONS.get(option);
    if (own !== undefined) return [own];
    const value = new Map<string, string>(Object.entries(INPUT_OPTIONS)).get(option);
    return value === undefined ? [] : [[`--${option} ${value}`, '']];
  });
}

const OWN_OPTIONS: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['password-file', ['--password-file FILE', 'the password is the first line of that file']],
  ['if-missing', ['--if-missing', 'let an account that exists be']],
  ['json', ['--json', 'answer in JSON']],
  ['origin', ['--origin', 'with the place where each was set']],
]);

function listText(commands: readonly Command[]): string {
  const rows = commands.map(
    ({ name, parameters = [], summary }) => [[name, ...parameters].join(' '), summary] as const,
  );
  const width = Math.max(...rows.map(([call]) => call.length));
  return rows.map(([call, summary]) => `  ${call.padEnd(width)}  ${summary}\n`).join('');
}
