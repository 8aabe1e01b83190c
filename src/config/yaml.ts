/** Reads a configuration written in YAML, which may be in several files. The parser is loaded when there is such a file. */
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Document, LineCounter, Node, Scalar, YAMLMap } from 'yaml';
import { Jid } from '../jid/jid.ts';
import { ConfigError } from './config-error.ts';
import type { Environment } from './environment/read-variable.ts';
import { globFiles } from './glob-files.ts';
import { oneLine } from './one-line.ts';
import type { RawConfig, RawHost, Setting } from './raw-config.ts';
import { resolveReferences } from './yaml-references.ts';

const loadParser = () => import('yaml');

type Parser = Awaited<ReturnType<typeof loadParser>>;

/** The keys at the top that hold domains; `include` names files, and everything else there is an option. */
const DOMAINS = [
  ['hosts', 'host'],
  ['components', 'component'],
] as const;

const INCLUDE = 'include';

/** What makes a path a pattern, which may match nothing. */
const WILDCARD = /[*?[{]/;

/** What was read of all files. */
interface Collected {
  /** Folder of the first file, where paths in options start. */
  readonly folder: string;
  readonly environment: Environment;
  readonly settings: Map<string, Setting>;
  readonly hosts: (RawHost & { readonly settings: Map<string, Setting> })[];
  /** Files by their real path, and where each was included. */
  readonly files: Map<string, string>;
}

/**
 * Read a configuration.
 * @param file absolute path, for messages, and where relative paths start
 * @throws ConfigError with `file:line`: no YAML, or not laid out as a configuration is
 */
export async function readYaml(file: string, text: string, environment: Environment = process.env): Promise<RawConfig> {
  const yaml = await loadParser();
  const settings = new Map<string, Setting>();
  const collected: Collected = { folder: dirname(file), environment, settings, hosts: [], files: new Map() };
  collected.files.set(realPath(file), 'the first file');
  readFile(yaml, collected, file, text);
  const { hosts } = collected;
  return { file, settings, hosts, lenient: false, warnings: [], variables: new Set() };
}

function readFile(yaml: Parser, collected: Collected, file: string, text: string): void {
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false });
  new Reader(yaml, { file, text, document, lines }, collected).read();
}

/** The path without links; as it is if there is no such file. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
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
  readonly #collected: Collected;

  constructor(yaml: Parser, parsed: Parsed, collected: Collected) {
    this.#yaml = yaml;
    this.#parsed = parsed;
    this.#collected = collected;
  }

  read(): void {
    const { text, document } = this.#parsed;
    const problems = document.errors.map(({ message, pos: [offset] }) => {
      const blank = /^\s*/.exec(text.slice(offset))?.[0].length ?? 0; // the parser may point at the end of the line before
      return `${this.#placeAt(offset + blank)}: ${message}`;
    });
    if (problems.length > 0) throw new ConfigError(problems.join('\n'));
    const { environment, folder, settings } = this.#collected;
    const place = (node: Node, inner?: string): string => this.#place(node, inner);
    resolveReferences(this.#yaml, document, { environment, folder, place });
    const before = [...this.#collected.hosts];
    const included: (() => void)[] = [];
    for (const [name, key, value] of this.#entries(document.contents, 'a configuration')) {
      const kind = DOMAINS.find(([domains]) => domains === name)?.[1];
      if (name === INCLUDE) included.push(() => this.#include(key, value));
      else if (kind === undefined) this.#set(settings, name, this.#setting(key, value));
      else this.#readHosts(name, kind, value, before);
    }
    for (const include of included) include();
  }

  #include(key: Scalar, node: Node | undefined): void {
    const setting = this.#setting(key, node);
    const patterns: readonly unknown[] = Array.isArray(setting.value) ? setting.value : [setting.value];
    for (const [index, pattern] of patterns.entries()) {
      const at = setting.within([index]);
      if (typeof pattern !== 'string' || pattern === '') throw new ConfigError(`${at}: include takes paths of files`);
      const path = resolve(dirname(this.#parsed.file), pattern);
      for (const file of WILDCARD.test(pattern) ? globFiles(path) : [path]) this.#includeFile(file, at);
    }
  }

  #includeFile(file: string, at: string): void {
    const { files } = this.#collected;
    const path = realPath(file);
    const other = files.get(path);
    if (other !== undefined) throw new ConfigError(`${at}: ${file} is there already: ${other}`);
    files.set(path, at);
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      throw new ConfigError(`${at}: ${error instanceof Error ? error.message : String(error)}`);
    }
    readFile(this.#yaml, this.#collected, file, text);
  }

  /** @param others hosts of other files, which one of the same name here adds to */
  #readHosts(name: string, kind: RawHost['kind'], node: Node | undefined, others: Collected['hosts']): void {
    for (const [text, key, value] of this.#entries(node, name)) {
      const at = this.#place(key);
      const jid = Jid.parse(text);
      if (jid === undefined || jid.local !== undefined || jid.resource !== undefined) {
        throw new ConfigError(`${at}: "${text}" is not a valid domain`);
      }
      const { domain } = jid;
      const known = others.find((host) => host.domain === domain && host.kind === kind);
      const settings = known?.settings ?? new Map<string, Setting>();
      for (const [option, its, set] of this.#entries(value, text)) this.#set(settings, option, this.#setting(its, set));
      if (known === undefined) this.#collected.hosts.push({ domain, kind, at, settings });
    }
  }

  /** Set an option that is set nowhere else. */
  #set(settings: Map<string, Setting>, name: string, setting: Setting): void {
    const other = settings.get(name);
    if (other !== undefined) throw new ConfigError(`${setting.at}: ${name} is set already: ${other.at}`);
    settings.set(name, setting);
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
      if (oneLine(key.value) !== key.value) throw new ConfigError(`${this.#place(key)}: a name must be on one line`);
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
    const { isNode, isScalar, visit } = this.#yaml;
    visit(node, {
      Pair: (_, { key }) => {
        if (!isScalar(key))
          throw new ConfigError(
            `${this.#place(isNode(key) ? key : node)}: a name must be a text, not a list or a table`,
          );
      },
    });
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

  /** @param inner a text inside of the node, for one of several lines */
  #place(node: Node, inner?: string): string {
    const [start, end] = node.range ?? [0, 0];
    const offset = inner === undefined ? -1 : this.#parsed.text.slice(start, end).indexOf(inner);
    return this.#placeAt(start + Math.max(0, offset));
  }

  #placeAt(offset: number): string {
    return `${this.#parsed.file}:${this.#parsed.lines.linePos(offset).line}`;
  }
}
