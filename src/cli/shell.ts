/** `shell [COMMAND…]`: one command, or one after the other. */
import { readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command, CommandContext } from './command.ts';
import { shellWords } from './shell-words.ts';

/** Lines that are kept from one time to the next; none with a password. */
const HISTORY = 500;
const WITH_PASSWORD = /\b(user[ :](create|password)|passwd|adduser|register)\b/;

/** Made for the names that can be completed. */
export function shellCommand(names: () => readonly string[]): Command {
  return {
    name: 'shell',
    parameters: ['[COMMAND…]'],
    options: ['*'],
    summary: 'Run commands one after the other, or the one given',
    run: (context) => (context.parameters.length > 0 ? oneShot(context) : interactive(context, names())),
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
  const lines = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal,
    prompt: `${program}> `,
    history: terminal ? readHistory(file) : [],
    historySize: HISTORY,
    removeHistoryDuplicates: true,
    completer: (line: string) => [names.filter((name) => name.startsWith(line)), line],
  });
  let status = 0;
  let kept: readonly string[] = [];
  lines.on('history', (history) => (kept = history));
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
  if (terminal) writeHistory(file, kept);
  return status;
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
    writeFileSync(file, kept.join('\n'), { mode: 0o600 });
  } catch {
    // a home that cannot be written to has no history
  }
}
