/** Finds the command that was typed and runs it. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { RUN_AS_ROOT } from '../app/service/privileges.ts';
import { didYouMean } from '../config/did-you-mean.ts';
import { INPUT_OPTIONS, type Command, type CommandContext, type CommandOptions } from './command.ts';
import { COMMANDS, usage, usageOf } from './commands.ts';

const OPTIONS: NonNullable<ParseArgsConfig['options']> = {
  ...Object.fromEntries(Object.keys(INPUT_OPTIONS).map((name) => [name, { type: 'string' }])),
  config: { type: 'string' },
  data: { type: 'string' },
  'password-file': { type: 'string' },
  'if-missing': { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  force: { type: 'boolean' },
  root: { type: 'boolean' },
  in: { type: 'boolean' },
  out: { type: 'boolean' },
  json: { type: 'boolean' },
  now: { type: 'boolean' },
  origin: { type: 'boolean' },
  ping: { type: 'string' },
  yes: { type: 'boolean' },
  strict: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
};

/** Options that say which server is meant: every command takes them. */
const OF_ALL: readonly string[] = ['config', 'data', 'root'];

/** What a command line needs of its process. */
type OuterContext = Omit<CommandContext, 'parameters' | 'options' | 'run'>;

/**
 * Run the command that the first words name. The result is the exit status: the command's own, or 1 where there is no
 * such command, it cannot be called like that, or it failed.
 */
export async function runCommandLine(words: readonly string[], context: OuterContext): Promise<number> {
  const { program, err } = context;
  try {
    return await run(words, {}, context);
  } catch (error) {
    err(`${program}: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

/** @param before options that hold unless the words have others */
async function run(words: readonly string[], before: CommandOptions, context: OuterContext): Promise<number> {
  const { program, err, out } = context;
  const { values, positionals } = parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  const { help, version, ...rest } = values;
  if (rest['root'] === true) process.env[RUN_AS_ROOT] = '1'; // for a server that is started, too
  if (help === true && positionals.length > 0) {
    out(usageOf(program, positionals));
    return 0;
  }
  const typed = positionals.length > 0 ? positionals : help === true ? ['help'] : version === true ? ['version'] : [];
  if (typed.length === 0) {
    err(usage(program));
    return 1;
  }
  const { command, parameters } = find(typed, program);
  const options = { ...before, ...optionsOf(rest) };
  check(command, parameters, options, program);
  return command.run({
    ...context,
    parameters,
    options,
    run: (inner, ask = context.ask) => run(inner, options, { ...context, ask }),
  });
}

function optionsOf(values: Readonly<Record<string, unknown>>): CommandOptions {
  const options: Record<string, string | boolean> = {};
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'string' || typeof value === 'boolean') options[name] = value;
  }
  return options;
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
  const most = parameters.at(-1)?.includes('…') === true ? Infinity : parameters.length;
  if (given.length < least || given.length > most) {
    throw new Error(`usage: ${[program, name, ...parameters].join(' ')}`);
  }
  if (own.includes('*')) return; // hands them on
  const takes = new Set<string>([...OF_ALL, ...own]);
  for (const option of Object.keys(options)) {
    if (!takes.has(option)) throw new Error(`${name} takes no --${option}`);
  }
}
