/** Finds the command that was typed and runs it. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { RUN_AS_ROOT } from '../app/service/privileges.ts';
import { didYouMean } from '../config/did-you-mean.ts';
import { INPUT_OPTIONS, type Command, type CommandContext, type CommandOptions } from './command.ts';
import { COMMANDS, usage, usageOf } from './commands.ts';

const OPTIONS: NonNullable<ParseArgsConfig['options']> = {
  ...Object.fromEntries([...INPUT_OPTIONS.keys()].map((name) => [name, { type: 'string' }])),
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
  verbose: { type: 'boolean', short: 'v' },
  quiet: { type: 'boolean' },
};

const LONG_NAMES: readonly string[] = Object.keys(OPTIONS).map((name) => `--${name}`);

/** Options that every command takes: those that say which server is meant, and Prosody's that change little or nothing here. */
const OF_ALL: readonly string[] = ['config', 'data', 'root', 'verbose', 'quiet'];

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
    err(`${program}: ${reasonOf(error)}\n`);
    return 1;
  }
}

/** What of an error is told: of those of the system the file and what is the matter with it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [, doing = '', reason, path] = /^(.*: )?E[A-Z]+: (.+), \w+ '(.+)'$/.exec(error.message) ?? [];
  return reason === undefined || path === undefined ? error.message : `${doing}${path}: ${reason}`;
}

/** @param before options that hold unless the words have others */
async function run(words: readonly string[], before: CommandOptions, context: OuterContext): Promise<number> {
  const { program, err, out } = context;
  const { values, positionals } = parsed(words);
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

/** @throws Error an option is none, or lacks its value */
function parsed(words: readonly string[]): Pick<ReturnType<typeof parseArgs>, 'values' | 'positionals'> {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    // "Unknown option '--frob'. To specify a positional argument …": advice that helps nobody here.
    const [said = ''] = (error instanceof Error ? error.message : String(error)).split(/\. To |\n/);
    const [, name] = /^Unknown option '--(.+)'$/.exec(said) ?? [];
    throw new Error(said + (name === undefined ? '' : didYouMean(`--${name}`, LONG_NAMES)), { cause: error });
  }
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
  const [name = '', second] = words;
  const known = COMMANDS.map((it) => it.name);
  const section = [...known, ...COMMANDS.flatMap((it) => it.aliases ?? [])]
    .filter((it) => it.startsWith(`${name} `))
    .map((it) => it.slice(name.length + 1));
  if (section.length > 0) {
    if (second === undefined) throw new Error(`${name}: one of ${section.join(', ')} (see ${program} help ${name})`);
    throw new Error(`unknown command: ${name} ${second}${didYouMean(second, section)} (see ${program} help ${name})`);
  }
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
