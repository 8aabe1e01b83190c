/** The part of `config/example.yaml` that shows the options of modules. */
import type { ModuleDefinition } from '../../src/host/module.ts';
import { optionsOf, type Option } from './option.ts';

/** From the end of the line that begins with the first to the line that begins with the second. */
const PART = /^(# --- Options of modules.*\n)[^]*?^(?=# --- Hosts)/m;

const WIDTH = 120;

/**
 * The file with that part made anew.
 * @throws {Error} if it has no such part
 */
export function withOptions(file: string, modules: readonly ModuleDefinition[]): string {
  if (!PART.test(file)) throw new Error('config/example.yaml has no part "# --- Options of modules"');
  return file.replace(PART, (_, head: string) => `${head}\n${optionsText(modules)}\n`);
}

function optionsText(modules: readonly ModuleDefinition[]): string {
  const options = new Map<string, { readonly option: Option; readonly modules: string[] }>();
  for (const option of modules.flatMap(optionsOf).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const known = options.get(option.name);
    if (known === undefined) options.set(option.name, { option, modules: [option.module] });
    else known.modules.push(option.module);
  }
  return Array.from(options.values(), ({ option, modules: of }) => {
    const { description, type, limits, name } = option;
    const words = `${description} (${[type.replaceAll('`', ''), ...(limits === '' ? [] : [limits]), of.join(' and ')].join('; ')}).`;
    return `${comment(words)}#${name}:${value(option)}\n`;
  }).join('\n');
}

function value({ default: given, required, type }: Option): string {
  if (required) return ` ${type.replaceAll('`', '')}`;
  if (given === undefined) return '';
  // JSON is YAML; lists as people write them.
  return ` ${Array.isArray(given) ? `[${given.map((entry) => JSON.stringify(entry)).join(', ')}]` : JSON.stringify(given)}`;
}

/** Words as comments of at most `WIDTH` columns. */
function comment(words: string): string {
  const lines: string[] = [];
  let line = '#';
  for (const word of words.split(' ')) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return [...lines, line].map((each) => `${each}\n`).join('');
}
