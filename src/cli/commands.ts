/** All commands of coupletctl, in the order in which they are listed. */
import { PRODUCT, VERSION } from '../host/product.ts';
import type { Command } from './command.ts';

const help: Command = {
  name: 'help',
  aliases: ['--help', '-h'],
  summary: 'List the commands',
  run({ program, out }) {
    out(usage(program));
    return 0;
  },
};

const version: Command = {
  name: 'version',
  aliases: ['--version'],
  summary: 'Show which version this is',
  run({ out }) {
    out(`${PRODUCT} ${VERSION} on Node.js ${process.versions.node}\n`);
    return 0;
  },
};

/** In the order of the list that `help` prints. */
export const COMMANDS: readonly Command[] = [help, version];

/** How to call the program, and what it can do. */
export function usage(program: string): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  const list = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}\n`).join('');
  return `usage: ${program} COMMAND [PARAMETER…]\n\n${list}`;
}
