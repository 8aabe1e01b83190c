/** `config convert`: a configuration in other words. No server is asked. */
import { resolve } from 'node:path';
import { ENVIRONMENT, findConfig } from '../app/find-config.ts';
import { readConfig } from '../app/load-settings.ts';
import type { Command, CommandOptions } from './command.ts';

/** The configuration in YAML. */
export const configConvert: Command = {
  name: 'config convert',
  summary: 'Write a configuration in Lua as YAML; its comments are lost',
  async run({ program, options, out, err }) {
    const file = configFile(options);
    if (!file.endsWith('.lua')) throw new Error(`${file} is no configuration in Lua`);
    const { convert } = await import('../app/prosody/convert.ts');
    const { text, notes } = await convert(await readConfig(file));
    for (const note of notes) err(`${note}\n`);
    err(`${program}: comments are lost, and what the program computed stands there as it came out\n`);
    out(`# Made from ${file}: values are those of the environment in which it ran.\n${text}`);
    return 0;
  },
};

/**
 * The path of the configuration that is meant, or `ENVIRONMENT`.
 * @throws Error there is none
 */
export function configFile({ config }: CommandOptions): string {
  const file = config ?? findConfig();
  if (file === undefined) throw new Error('which configuration? --config FILE');
  return file === ENVIRONMENT ? file : resolve(file);
}
