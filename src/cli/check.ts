/** `check`: looks for mistakes, with a server that runs or without. */
import { CHECK_NAMES } from '../app/check/check-names.ts';
import type { Command } from './command.ts';

/** Look for mistakes. */
export const check: Command = {
  name: 'check',
  parameters: ['[NAME…]'],
  choices: CHECK_NAMES,
  options: ['json', 'strict', 'ping'],
  summary: `Look for mistakes in ${CHECK_NAMES.join(', ')}: all, or those named; exit status 0: fine, 1: advice, 2: errors`,
  async run(context) {
    const { runCheckCommand } = await import('./run-check.ts'); // much, and for this command alone
    return runCheckCommand(context);
  },
};
