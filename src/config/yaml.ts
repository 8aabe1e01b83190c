/** Reads a configuration written in YAML. The parser is loaded when there is such a file. */
import type { Document, LineCounter, Node, Scalar, YAMLMap } from 'yaml';
import { Jid } from '../jid/jid.ts';
import { ConfigError } from './config-error.ts';
import type { RawConfig, RawHost, Setting } from './raw-config.ts';

const loadParser = () => import('yaml');

type Parser = Awaited<ReturnType<typeof loadParser>>;

/** The keys at the top that hold domains; everything else there is an option. */
const DOMAINS = [
  ['hosts', 'host'],
  ['components', 'component'],
] as const;

/**
 * Read a configuration.
 * @param file absolute path, for messages
 * @throws ConfigError with `file:line`: no YAML, or not laid out as a configuration is
 */
export async function readYaml(file: string, text: string): Promise<RawConfig> {
  const yaml = await loadParser();
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false });
  return new Reader(yaml, { file, text, document, lines }).read();
}

/** A file that was parsed. */
interface Parsed {
  readonly file: string;
  readonly text: string;
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

class Reader {
  readonly #yaml: Parser;
  readonly #parsed: Parsed;

  constructor(yaml: Parser, parsed: Parsed) {
    this.#yaml = yaml;
    this.#parsed = parsed;
  }

  read(): RawConfig {
    const { file, text, document } = this.#parsed;
    const problems = document.errors.map(({ message, pos: [offset] }) => {
      const blank = /^\s*/.exec(text.slice(offset))?.[0].length ?? 0; // the parser may point at the end of the line before
      return `${this.#placeAt(offset + blank)}: ${message}`;
    });
    if (problems.length > 0) throw new ConfigError(problems.join('\n'));
    const { contents } = document;
    const settings = new Map<string, Setting>();
    const hosts: RawHost[] = [];
    for (const [name, key, value] of this.#entries(contents, 'a configuration')) {
      const kind = DOMAINS.find(([domains]) => domains === name)?.[1];
      if (kind === undefined) settings.set(name, this.#setting(key, value));
      else hosts.push(...this.#hosts(name, kind, value));
    }
    return { file, settings, hosts, lenient: false, warnings: [], variables: new Set() };
  }

  #hosts(name: string, kind: RawHost['kind'], node: Node | undefined): RawHost[] {
    return this.#entries(node, name).map(([text, key, value]) => {
      const at = this.#place(key);
      const jid = Jid.parse(text);
      if (jid === undefined || jid.local !== undefined || jid.resource !== undefined) {
        throw new ConfigError(`${at}: "${text}" is not a valid domain`);
      }
      const settings = this.#entries(value, text).map(
        ([option, its, set]) => [option, this.#setting(its, set)] as const,
      );
      return { domain: jid.domain, kind, at, settings: new Map(settings) };
    });
  }

  /** Names, their nodes and their values; nothing at all is an empty table. */
  #entries(node: Node | null | undefined, what: string): [string, Scalar, Node | undefined][] {
    const { isMap, isScalar, isNode } = this.#yaml;
    if (node === null || node === undefined || (isScalar(node) && node.value === null)) return [];
    if (!isMap(node)) throw new ConfigError(`${this.#place(node)}: ${what} is a table: NAME: VALUE`);
    return this.#pairs(node).map(({ key, value }) => {
      if (!isScalar(key) || typeof key.value !== 'string') {
        throw new ConfigError(`${this.#place(isNode(key) ? key : node)}: a name must be a text`);
      }
      return [key.value, key, isNode(value) ? value : undefined];
    });
  }

  #pairs(node: YAMLMap): { readonly key: unknown; readonly value: unknown }[] {
    return node.items;
  }

  #setting(key: Scalar, node: Node | undefined): Setting {
    return {
      value: node === undefined ? null : this.#plain(node),
      at: this.#place(key),
      within: (path) => this.#place(this.#inner(node, path) ?? key),
    };
  }

  #plain(node: Node): unknown {
    try {
      return node.toJS(this.#parsed.document, { maxAliasCount: 100 });
    } catch (error) {
      throw new ConfigError(`${this.#place(node)}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #inner(node: Node | undefined, path: readonly PropertyKey[]): Node | undefined {
    let found = node;
    for (const step of path) {
      if (!this.#yaml.isCollection(found)) break;
      const next = found.get(step, true);
      if (!this.#yaml.isNode(next)) break;
      found = next;
    }
    return found;
  }

  #place(node: Node): string {
    return this.#placeAt(node.range?.[0] ?? 0);
  }

  #placeAt(offset: number): string {
    return `${this.#parsed.file}:${this.#parsed.lines.linePos(offset).line}`;
  }
}
