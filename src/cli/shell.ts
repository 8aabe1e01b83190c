/** `shell [COMMAND…]`: one command, or one after the other. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Command, CommandContext } from './command.ts';
import { MeantServer } from './meant-server.ts';
import { inShell } from './operator.ts';
import { shellWords } from './shell-words.ts';

/** Lines that are kept from one time to the next; none with a password. */
const HISTORY = 500;
const OWNER_ONLY = 0o600;
const WITH_PASSWORD = /\b(user[ :](create|password)|passwd|adduser|register)\b/;

/** Made for the names that can be completed. */
export function shellCommand(names: () => readonly string[]): Command {
  return {
    name: 'shell',
    parameters: ['[COMMAND…]'],
    options: ['*'],
    summary: 'Run commands one after the other, or the one given',
    run: (context) =>
      inShell.run(true, () => (context.parameters.length > 0 ? oneShot(context) : interactive(context, names()))),
  };
}

/** The line below is for commands: what is typed there is shown. */
const noAsking = (): Promise<string> => Promise.reject(new Error('give the password as the last word'));

function oneShot({ parameters, run }: CommandContext): Promise<number> {
  const [first = ''] = parameters;
  return run(parameters.length === 1 && /[\s(]/.test(first) ? shellWords(first) : parameters);
}

async function interactive(context: CommandContext, names: readonly string[]): Promise<number> {
  const { program, run, err, interactive: terminal } = context;
  const file = join(homedir(), `.${program}_history`);
  const hosts = terminal ? await hostsOf(context) : [];
  const lines = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal,
    prompt: `${program}> `,
    history: terminal ? readHistory(file) : [],
    historySize: HISTORY,
    removeHistoryDuplicates: true,
    completer: (line: string) => completionsOf(line, names, hosts),
  });
  let status = 0;
  let kept: readonly string[] = [];
  lines.on('history', (history) => (kept = history));
  // Ctrl-C ends what runs; where nothing runs, it discards the line. Ctrl-D ends the shell.
  lines.on('SIGINT', () => {
    if (process.emit('SIGINT')) return;
    lines.write(null, { ctrl: true, name: 'e' });
    lines.write(null, { ctrl: true, name: 'u' });
    err('^C\n');
    lines.prompt();
  });
  if (terminal && context.options['quiet'] !== true) err('"help" lists the commands, Ctrl-D ends this.\n');
  if (terminal) lines.prompt();
  for await (const line of lines) {
    const text = line.trim();
    if (text === 'quit' || text === 'exit' || text === 'bye') break;
    if (text !== '' && !text.startsWith('#')) {
      try {
        status = await run(shellWords(text), noAsking);
      } catch (error) {
        status = 1;
        err(`${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
    if (terminal) lines.prompt();
  }
  lines.close();
  if (terminal) {
    err('\n');
    writeHistory(file, kept);
  }
  return status;
}

/**
 * What may stand where the line ends: commands, also in Prosody's spelling `user:create`, and behind them hosts, also those of
 * addresses. With the part of the line that each of them replaces.
 */
export function completionsOf(line: string, names: readonly string[], hosts: readonly string[]): [string[], string] {
  const spelled = line.includes(':') ? names.map((name) => name.replace(' ', ':')) : names;
  const commands = spelled.filter((name) => name.startsWith(line));
  if (commands.length > 0) return [commands, line];
  const word = /[^\s"'(,]*$/.exec(line)?.[0] ?? '';
  const at = word.indexOf('@') + 1;
  const found = hosts.filter((host) => host.startsWith(word.slice(at)));
  return [found.map((host) => word.slice(0, at) + host), word];
}

const hostList = z.object({ hosts: z.array(z.object({ domain: z.string() })) });

/** Domains of the server, if it runs. */
async function hostsOf({ options }: CommandContext): Promise<string[]> {
  const operator = await new MeantServer(options).running();
  if (operator === undefined) return [];
  try {
    const { hosts } = hostList.parse(await operator.run({ operation: 'host.list', input: {} }));
    return hosts.map(({ domain }) => domain);
  } finally {
    await operator.close();
  }
}

function readHistory(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return []; // none yet
  }
}

function writeHistory(file: string, lines: readonly string[]): void {
  const kept = lines.filter((line) => !WITH_PASSWORD.test(line));
  try {
    writeFileSync(file, kept.join('\n'), { mode: OWNER_ONLY });
    chmodSync(file, OWNER_ONLY);
  } catch {
    // a home that cannot be written to has no history
  }
}
