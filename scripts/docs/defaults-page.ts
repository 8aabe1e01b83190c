/** `docs/defaults.md`: where a default is not Prosody's, and why. */
import { isDeepStrictEqual } from 'node:util';
import type { ModuleDefinition } from '../../src/host/module.ts';
import type { Comparison } from './deviations.ts';
import { code, notice, table } from './markdown.ts';
import { defaultText, optionsOf } from './option.ts';

/**
 * The page.
 * @throws {Error} with all options that have no comparison, no reason for another default, or a reason without need,
 * and all comparisons without an option
 */
export function defaultsPage(modules: readonly ModuleDefinition[], known: ReadonlyMap<string, Comparison>): string {
  const options = new Map(
    modules.flatMap(optionsOf).map((option) => [`${option.name}\n${defaultText(option)}`, option] as const),
  );
  const problems: string[] = [];
  const unused = new Set(known.keys());
  const deviations: string[][] = [];
  const own: string[][] = [];
  for (const option of [...options.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const { name } = option;
    const comparison = known.get(name);
    unused.delete(name);
    if (comparison === undefined) {
      problems.push(`${name}: what is its default in Prosody?`);
    } else if ('own' in comparison) {
      own.push([code(name), defaultText(option), comparison.own]);
    } else {
      const { prosody, because } = comparison;
      const same = isDeepStrictEqual(option.default, prosody);
      if (same && because !== undefined) problems.push(`${name}: the default is Prosody's and needs no reason`);
      if (same) continue;
      if (because === undefined) problems.push(`${name}: another default than Prosody's, and no reason`);
      const theirs = defaultText({ default: prosody, required: false });
      deviations.push([code(name), defaultText(option), theirs, because ?? '']);
    }
  }
  for (const name of unused) problems.push(`${name}: no module has this option`);
  if (problems.length > 0) throw new Error(`scripts/docs/deviations.ts:\n  ${problems.join('\n  ')}`);
  return `${notice('the options of the modules and scripts/docs/deviations.ts')}
# Defaults that are not Prosody's

Options have the defaults of Prosody 13, except these:

${table(['Option', 'Default', 'In Prosody', 'Why'], deviations)}
These options do not exist in Prosody:

${table(['Option', 'Default', 'Why'], own)}`;
}
