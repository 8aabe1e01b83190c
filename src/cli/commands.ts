/** All commands of coupletctl, in the order in which they are listed. */
import { PRODUCT, VERSION } from '../host/product.ts';
import { adduser, deluser, passwd, register, unregister } from './accounts.ts';
import { backup, restore } from './backup.ts';
import type { Command } from './command.ts';
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
  status,
  adduser,
  passwd,
  deluser,
  register,
  unregister,
  userList,
  userImport,
  backup,
  restore,
  version,
  help,
];

/** How to call the program, and what it can do. */
export function usage(program: string): string {
  const rows = COMMANDS.map(
    ({ name, parameters = [], summary }) => [[name, ...parameters].join(' '), summary] as const,
  );
  const width = Math.max(...rows.map(([call]) => call.length));
  const list = rows.map(([call, summary]) => `  ${call.padEnd(width)}  ${summary}\n`).join('');
  return `usage: ${program} [OPTION…] COMMAND [PARAMETER…]

${list}
Which server:
  --config FILE         the one with this configuration
  --data DIR            the one without a configuration that keeps its data there (default ./data)

Options of single commands:
  --password-file FILE  adduser, passwd: the password is the first line of that file
  --if-missing          adduser: let an account that exists be
  --json                status, user list: answer in JSON

Where no --password-file is given, passwords are asked for, or read from standard input: one line.
`;
}
