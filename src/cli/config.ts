/** `config convert` and `config show`: a configuration in other words. No server is asked. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { findConfig } from '../app/find-config.ts';
import { readConfig } from '../app/load-settings.ts';
import { findModule } from '../app/modules.ts';
import { settingsOf } from '../app/settings.ts';
import type { Command, CommandOptions } from './command.ts';

/** Members that are nobody's business. */
const SECRET = /password|secret|_key$/;

/** The configuration in YAML. */
export const configConvert: Command = {
  name: 'config convert',
  summary: 'Write a configuration in Lua as YAML; its comments are lost',
  async run({ program, options, out, err }) {
    const file = fileOf(options);
    if (!file.endsWith('.lua')) throw new Error(`${file} is no configuration in Lua`);
    const { convert } = await import('../app/prosody/convert.ts');
    const { text, notes } = await convert(await readConfig(file));
    for (const note of notes) err(`${note}\n`);
    err(`${program}: comments are lost, and what the program computed stands there as it came out\n`);
    out(`# Made from ${file}: values are those of the environment in which it ran.\n${text}`);
    return 0;
  },
};

/** What is in force on each host. */
export const configShow: Command = {
  name: 'config show',
  options: ['origin'],
  summary: 'Show the options in force on each host',
  async run({ options: { origin, ...options }, out, err }) {
    const raw = await readConfig(fileOf(options));
    const { hosts, warnings } = await settingsOf(raw);
    for (const warning of warnings) err(`${warning}\n`);
    for (const { domain, kind, modules, options: set } of hosts) {
      out(`${kind} ${domain}: ${modules.join(', ')}\n`);
      const own = raw.hosts.find((host) => host.domain === domain)?.settings;
      for (const [name, standard] of await defaultsOf(modules)) {
        const value: unknown = Object.hasOwn(set, name) ? Reflect.get(set, name) : standard;
        const at = (own?.get(name) ?? raw.settings.get(name))?.at;
        const from = Object.hasOwn(set, name) ? (at ?? 'the configuration, by another name') : 'default';
        const shown = SECRET.test(name) && Object.hasOwn(set, name) ? '(set)' : JSON.stringify(value, hide);
        out(`  ${name} = ${shown ?? 'none'}${origin === true ? `  # ${from}` : ''}\n`);
      }
    }
    return 0;
  },
};

function hide(key: string, value: unknown): unknown {
  return typeof value === 'string' && SECRET.test(key) ? '(set)' : value;
}

function fileOf({ config }: CommandOptions): string {
  const file = config ?? findConfig();
  if (file === undefined) throw new Error('which configuration? --config FILE');
  return resolve(file);
}

/** Options of these modules, sorted, with their defaults. */
async function defaultsOf(modules: readonly string[]): Promise<[string, unknown][]> {
  const defaults = new Map<string, unknown>();
  for (const name of modules) {
    const shape: Readonly<Record<string, unknown>> = (await findModule(name))?.options.shape ?? {};
    for (const [option, field] of Object.entries(shape)) {
      if (field instanceof z.ZodType) defaults.set(option, field.safeParse(undefined).data);
    }
  }
  return [...defaults].sort(([a], [b]) => (a < b ? -1 : 1));
}
