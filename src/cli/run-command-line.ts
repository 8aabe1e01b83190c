/** Finds the command that was typed and runs it. */
import type { CommandContext } from './command.ts';
import { COMMANDS, usage } from './commands.ts';

/**
 * Run the command that the first of `words` names. The result is the exit status: the command's own, or 1 where there
 * is no such command.
 */
export async function runCommandLine(
  words: readonly string[],
  context: Omit<CommandContext, 'parameters'>,
): Promise<number> {
  const [name, ...parameters] = words;
  if (name === undefined) {
    context.err(usage(context.program));
    return 1;
  }
  const command = COMMANDS.find((it) => it.name === name || it.aliases?.includes(name));
  if (command === undefined) {
    context.err(`${context.program}: unknown command: ${name} (see ${context.program} help)\n`);
    return 1;
  }
  return await command.run({ ...context, parameters });
}
