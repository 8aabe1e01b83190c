/** `docs/options.md`: every option of every module, by name. */
import type { ModuleDefinition } from '../../src/host/module.ts';
import { code, notice, table } from './markdown.ts';
import { defaultText, optionsOf, type Option } from './option.ts';

/** The head of a table of options. */
export const OPTION_COLUMNS: readonly string[] = ['Option', 'Type', 'Default', 'Limits', 'Meaning'];

/** One row of such a table. */
export function optionRow(option: Option): string[] {
  return [code(option.name), option.type, defaultText(option), option.limits, option.description];
}

/** The page. An option that several modules declare alike stands there once, with all of them. */
export function optionsPage(modules: readonly ModuleDefinition[]): string {
  const rows = new Map<string, { readonly row: string[]; readonly modules: string[] }>();
  for (const option of modules.flatMap(optionsOf).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const row = optionRow(option);
    const key = row.join('\n');
    const known = rows.get(key);
    if (known === undefined) rows.set(key, { row, modules: [option.module] });
    else known.modules.push(option.module);
  }
  return `${notice('the options of the modules')}
# Options

Every option of the modules that come with Couplet. Names are Prosody's where Prosody has the option; where a default is
not Prosody's, [defaults.md](defaults.md) says why. [modules.md](modules.md) has them by module.

${table(
  [...OPTION_COLUMNS, 'Module'],
  Array.from(rows.values(), ({ row, modules: of }) => [
    ...row,
    of.map((name) => `[${name}](modules.md#${name})`).join(', '),
  ]),
)}`;
}
