/**
 * What a configuration in YAML takes from elsewhere: `${NAME}`, `${NAME:-default}` and `${credential:NAME}` inside of
 * texts, and `password_file` in the place of `password`.
 */
import { resolve } from 'node:path';
import type * as Yaml from 'yaml';
import type { Document, Node, Pair, Scalar, YAMLMap } from 'yaml';
import { ConfigError } from './config-error.ts';
import { readTextFile, readVariable, type Environment } from './environment/read-variable.ts';

type Parser = typeof Yaml;

/** Where references are looked up. */
export interface Surroundings {
  readonly environment: Environment;
  /** Where relative paths start. */
  readonly folder: string;
  /** `file:line` of a node, or of the text inside of it. */
  readonly place: (node: Node, text?: string) => string;
}

/** `$${`, which stands for `${`; a reference; or the beginning of what is none. */
const REFERENCE = /\$\$\{|\$\{(?:(credential):)?([A-Za-z0-9_.@-]+)(?::-([^}]*))?\}|\$\{/g;

/** Names of options that are read from the file that `NAME_file` names. */
const SECRET = /(?:^|_)(?:password|secret|token|private_key)$/;

const SUFFIX = '_file';

/** A reference, taken apart. */
interface Reference {
  readonly whole: string;
  readonly credential: boolean;
  /** `undefined` where it is none. */
  readonly name: string | undefined;
  readonly standard: string | undefined;
}

/**
 * Replace them in a document.
 * @throws ConfigError with `file:line`: a variable that is not set, a file that cannot be read
 */
export function resolveReferences(yaml: Parser, document: Document.Parsed, surroundings: Surroundings): void {
  const resolver = new Resolver(yaml, surroundings);
  yaml.visit(document, {
    Map: (_, map) => resolver.table(map),
    Pair: (_, pair) => (resolver.pair(pair) ? yaml.visit.SKIP : undefined),
    Scalar: (key, node) => resolver.scalar(node, key !== 'key'),
  });
}

/** Is it an option whose value must not be shown? */
function isSecret(name: unknown): boolean {
  return typeof name === 'string' && SECRET.test(name);
}

class Resolver {
  readonly #yaml: Parser;
  readonly #surroundings: Surroundings;

  constructor(yaml: Parser, surroundings: Surroundings) {
    this.#yaml = yaml;
    this.#surroundings = surroundings;
  }

  /** A secret stands in one place. */
  table({ items }: YAMLMap): void {
    const keys = items.map(({ key }) => key).filter((key) => this.#yaml.isScalar(key));
    for (const key of keys) {
      const file = keys.find(({ value }) => isSecret(key.value) && value === String(key.value) + SUFFIX);
      if (file === undefined) continue;
      const { place } = this.#surroundings;
      throw new ConfigError(`${place(file)}: ${String(key.value)} is set already: ${place(key)}`);
    }
  }

  /** Is it done with? */
  pair(pair: Pair): boolean {
    const { key, value } = pair;
    if (!this.#yaml.isScalar(key) || typeof key.value !== 'string' || !this.#yaml.isScalar(value)) return false;
    if (isSecret(key.value)) {
      this.scalar(value, false);
      return true;
    }
    const name = key.value.endsWith(SUFFIX) ? key.value.slice(0, -SUFFIX.length) : undefined;
    if (name === undefined || !isSecret(name)) return false;
    this.scalar(value, false);
    const place = this.#surroundings.place(key);
    if (typeof value.value !== 'string') throw new ConfigError(`${place}: ${key.value} is the path of a file`);
    try {
      value.value = readTextFile(resolve(this.#surroundings.folder, value.value)).replace(/\r?\n$/, '');
    } catch (error) {
      throw new ConfigError(`${place}: ${key.value}: ${error instanceof Error ? error.message : String(error)}`);
    }
    key.value = name;
    return true;
  }

  /**
   * @param typed a text without quotes is read anew: a port is a number
   */
  scalar(node: Scalar, typed: boolean): void {
    if (typeof node.value !== 'string' || !node.value.includes('${')) return;
    const text = node.value.replaceAll(
      REFERENCE,
      (whole, credential: string | undefined, name: string | undefined, standard: string | undefined) =>
        whole === '$${' ? '${' : this.#value(node, { whole, credential: credential !== undefined, name, standard }),
    );
    node.value = typed && node.type === 'PLAIN' ? plain(text) : text;
  }

  #value(node: Node, { whole, credential, name, standard }: Reference): string {
    const place = this.#surroundings.place(node, whole);
    if (name === undefined) {
      throw new ConfigError(`${place}: "\${" begins a reference, as in \${NAME}; "$\${" stands for the characters`);
    }
    const value = credential ? this.#credential(name, place) : this.#variable(name, place);
    if (value !== undefined) return value;
    if (standard !== undefined) return standard;
    throw new ConfigError(
      credential
        ? `${place}: there is no credential ${name}`
        : `${place}: ${name} is not set in the environment; \${${name}:-VALUE} gives it a default`,
    );
  }

  #variable(name: string, place: string): string | undefined {
    try {
      return readVariable(this.#surroundings.environment, name)?.value;
    } catch (error) {
      throw new ConfigError(`${place}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** A file in the folder that systemd hands out, https://systemd.io/CREDENTIALS. */
  #credential(name: string, place: string): string | undefined {
    const folder = this.#surroundings.environment['CREDENTIALS_DIRECTORY'];
    if (folder === undefined || folder === '') return undefined;
    if (/^\.+$/.test(name)) throw new ConfigError(`${place}: ${name} is no name of a credential`);
    try {
      return readTextFile(resolve(folder, name)).replace(/\r?\n$/, '');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw new ConfigError(`${place}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** What a text is that stands in YAML without quotes. */
function plain(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d{1,15}(?:\.\d+)?$/.test(text) ? Number(text) : text;
}
