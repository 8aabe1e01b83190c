/** `docs/modules.md`: what each module does and needs. */
import type { ModuleDefinition } from '../../src/host/module.ts';
import { code, notice, table } from './markdown.ts';
import { optionsOf } from './option.ts';
import { notBuilt } from './not-built.ts';
import { OPTION_COLUMNS, optionRow } from './options-page.ts';
import { xepName } from './xep-table.ts';

/** The page. */
export function modulesPage(modules: readonly ModuleDefinition[]): string {
  return `${notice('the definitions of the modules')}
# Modules

The modules that come with Couplet, under Prosody's names. [writing-a-module.md](writing-a-module.md) tells how to write
one.

${table(
  ['Module', 'What it does'],
  modules.map(({ name, summary }) => [`[${name}](#${name})`, summary]),
)}
${modules.map((definition) => section(definition, modules)).join('\n')}
## Not there yet

A configuration may name them: that is a warning, and a component made of one of them is not served.

Modules of Prosody: ${notBuilt().own.map(code).join(', ')}.

Modules of others: ${notBuilt().others.map(code).join(', ')}.
`;
}

function section(definition: ModuleDefinition, all: readonly ModuleDefinition[]): string {
  const options = optionsOf(definition);
  const permissions = Object.entries(definition.permissions ?? {});
  const parts = [`## ${definition.name}\n\n${definition.summary}.\n\n${facts(definition, all)}`];
  if (permissions.length > 0) {
    const rows = permissions.map(([action, role]) => [code(`${definition.name}:${action}`), code(role)]);
    parts.push(table(['Permission', 'Least role by default'], rows));
  }
  if (options.length > 0) parts.push(table(OPTION_COLUMNS, options.map(optionRow)));
  return parts.join('\n');
}

function facts(definition: ModuleDefinition, all: readonly ModuleDefinition[]): string {
  const { scope, xeps, provides = [], needs = [], wants = [] } = definition;
  const from = (name: string): string => {
    const providers = all.filter((other) => other.provides?.some((key) => key.name === name) === true);
    return providers.length === 0 ? '' : ` (from ${providers.map((other) => other.name).join(' or ')})`;
  };
  const lines = [`Loaded on: ${scope === 'host' ? 'hosts with accounts' : 'components'}`];
  for (const { xep, version, note } of xeps) {
    lines.push(`${xepName(xep)}, version ${version}${note === undefined ? '' : `: ${note}`}`);
  }
  for (const { name } of provides) lines.push(`Provides the service ${code(name)}`);
  for (const { name } of needs) lines.push(`Needs the service ${code(name)}${from(name)}`);
  for (const { name } of wants) lines.push(`Uses the service ${code(name)}${from(name)} where it is there`);
  return lines.map((line) => `* ${line}\n`).join('');
}
