/** Environment variables, and the files with secrets that `NAME_FILE` names in their place. */
import { readFileSync, statSync } from 'node:fs';
import { ConfigError } from '../config-error.ts';

/** Variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that is set. */
export interface ReadVariable {
  readonly value: string;
  /** The name under which it is set: `NAME` or `NAME_FILE`. */
  readonly from: string;
}

/** Largest file that is read, in bytes. */
const MAX_FILE = 8 * 1024 * 1024;

/**
 * A variable, or what is in the file that `NAME_FILE` names, without the line break at its end. An empty variable is not
 * set: that is how compose files pass on one that nobody has set.
 * @throws ConfigError both are set, or the file cannot be read; the value is not told
 */
export function readVariable(environment: Environment, name: string): ReadVariable | undefined {
  const value = environment[name] ?? '';
  const from = `${name}_FILE`;
  const path = environment[from] ?? '';
  if (path === '') return value === '' ? undefined : { value, from: name };
  if (value !== '') throw new ConfigError(`${name} and ${from} are both set`);
  try {
    return { value: readTextFile(path).replace(/\r?\n$/, ''), from };
  } catch (error) {
    throw new ConfigError(`environment ${from}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * A file in UTF-8.
 * @throws Error it cannot be read, is larger than 8 MiB, or is no text
 */
export function readTextFile(path: string): string {
  const found = statSync(path);
  if (!found.isFile()) throw new Error(`${path} is no file`);
  if (found.size > MAX_FILE) throw new Error(`${path} is too large`);
  const bytes = readFileSync(path);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error(`${path} is not UTF-8`);
  }
  if (text.includes('\0')) throw new Error(`${path} is no text`);
  return text;
}
