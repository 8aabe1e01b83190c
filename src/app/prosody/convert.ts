/** A configuration of Prosody's, written anew in YAML. */
import { stringify } from 'yaml';
import { PROSODY_OPTIONS } from '../../config/prosody-options.ts';
import type { RawConfig } from '../../config/raw-config.ts';
import { HOST_OPTIONS, OWN_OPTIONS, SERVER_OPTIONS } from '../core-options.ts';
import { MODULE_NAMES, findModule } from '../modules.ts';
import { fitValues } from './fit-values.ts';
import type { Section } from './section.ts';
import { translate } from './translate.ts';

/** The text, and what was changed or left out on the way, with `file:line` each. */
export interface Converted {
  readonly text: string;
  readonly notes: readonly string[];
}

/** What a configuration of Prosody's means without saying it, and one in YAML does not. */
const UNSAID = { log_format: 'text', prosody_user: 'prosody' };

/** Write it in YAML. Comments and the program that computed the values are gone. */
export async function convert(raw: RawConfig): Promise<Converted> {
  const { settings, hosts, warnings } = translate(raw);
  const notes = new Set(warnings);
  const global = await known(new Map(settings), notes);
  const domains: Record<'hosts' | 'components', Record<string, unknown>> = { hosts: {}, components: {} };
  for (const { domain, kind, settings: own } of hosts) {
    domains[kind === 'host' ? 'hosts' : 'components'][domain] = await known(new Map(own), notes);
  }
  const filled = Object.entries(domains).filter(([, of]) => Object.keys(of).length > 0);
  const text = stringify({ ...UNSAID, ...global, ...Object.fromEntries(filled) }, { lineWidth: 0, singleQuote: true });
  return { text, notes: [...notes] };
}

/** Options that there are, with values that fit; they are errors in YAML otherwise. */
async function known(section: Section, notes: Set<string>): Promise<Record<string, unknown>> {
  const modules = await Promise.all(MODULE_NAMES.map(async (name) => (await findModule(name))?.options));
  const schemas = [SERVER_OPTIONS, HOST_OPTIONS, OWN_OPTIONS, ...modules.filter((schema) => schema !== undefined)];
  const names = new Set(schemas.flatMap(({ shape }) => Object.keys(shape)));
  for (const schema of schemas) fitValues(schema, section, ({ at }, text) => void notes.add(`${at}: ${text}`));
  for (const [name, { at }] of [...section]) {
    if (names.has(name)) continue;
    section.delete(name);
    notes.add(
      `${at}: ${name} is left out: ${PROSODY_OPTIONS.includes(name) ? 'it is not there yet' : 'no such option'}`,
    );
  }
  return Object.fromEntries([...section].map(([name, { value }]) => [name, value]));
}
