/** Finds the command that was typed and runs it. */
import { parseArgs } from 'node:util';
import { didYouMean } from '../config/did-you-mean.ts';
import type { Command, CommandContext, CommandOptions } from './command.ts';
import { COMMANDS, usage } from './commands.ts';

const OPTIONS = {
  config: { type: 'string' },
  data: { type: 'string' },
  'password-file': { type: 'string' },
  'if-missing': { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

/** Options that say which server is meant: every command takes them. */
const OF_ALL: readonly string[] = ['config', 'data'];

/**
 * Run the command that the first words name. The result is the exit status: the command's own, or 1 where there is no
 * such command, it cannot be called like that, or it failed.
 */
export async function runCommandLine(
  words: readonly string[],
  context: Omit<CommandContext, 'parameters' | 'options'>,
): Promise<number> {
  const { program, err } = context;
  try {
    const { values, positionals } = parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
    const { help, version, ...options } = values;
    const typed = positionals.length > 0 ? positionals : help === true ? ['help'] : version === true ? ['version'] : [];
    if (typed.length === 0) {
      err(usage(program));
      return 1;
    }
    const { command, parameters } = find(typed, program);
    check(command, parameters, options, program);
    return await command.run({ ...context, parameters, options });
  } catch (error) {
    err(`${program}: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

function find(words: readonly string[], program: string): { command: Command; parameters: readonly string[] } {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(' ');
    const command = COMMANDS.find((it) => it.name === name || it.aliases?.includes(name) === true);
    if (command !== undefined) return { command, parameters: words.slice(length) };
  }
  const [name = ''] = words;
  const known = COMMANDS.map((it) => it.name);
  throw new Error(
    `unknown command: ${name}${didYouMean(words.slice(0, 2).join(' '), known) || didYouMean(name, known)} (see ${program} help)`,
  );
}

function check(command: Command, given: readonly string[], options: CommandOptions, program: string): void {
  const { name, parameters = [], options: own = [] } = command;
  const least = parameters.filter((parameter) => !parameter.startsWith('[')).length;
  if (given.length < least || given.length > parameters.length) {
    throw new Error(`usage: ${[program, name, ...parameters].join(' ')}`);
  }
  const takes = new Set<string>([...OF_ALL, ...own]);
  for (const option of Object.keys(options)) {
    if (!takes.has(option)) throw new Error(`${name} takes no --${option}`);
  }
}
