/** What a configuration in Lua may see of the machine: files to read, and the environment. */
import { globSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { arch, hostname, release, type } from 'node:os';
import { basename, dirname, resolve } from 'node:path';

/** Largest file that is read, in bytes. */
const MAX_FILE = 8 * 1024 * 1024;

/** A function for Lua: `+` and the answer, `-` and why there is none, or nothing at all for "not there". */
type Outside = (argument: string) => string;

/**
 * The functions, by name. Relative paths start at the folder of the configuration.
 * @param files the path of each file that is run is added
 */
export function outside(file: string, files: string[]): Readonly<Record<string, Outside>> {
  const folder = dirname(file);
  const read = (path: string): string => textOf(resolve(folder, path));
  return {
    read: attempt(read),
    run: attempt((path) => {
      const text = read(path);
      files.push(resolve(folder, path));
      return text.replace(/^\uFEFF/, '').replace(/^#/, '--#');
    }),
    glob: attempt((pattern) => matches(resolve(folder, pattern)).join('\n')),
    list: attempt((path) => ['.', '..', ...readdirSync(resolve(folder, path))].join('\n')),
    stat: attempt((path) => {
      const found = statSync(resolve(folder, path));
      return `${found.isDirectory() ? 'directory' : found.isFile() ? 'file' : 'other'} ${found.size}`;
    }),
    credential: attempt((name) => {
      const credentials = process.env['CREDENTIALS_DIRECTORY'];
      if (credentials === undefined) throw new Error('CREDENTIALS_DIRECTORY is not set');
      return textOf(resolve(credentials, basename(name)));
    }),
    getenv: attempt(variable),
    uname: attempt(() => [type(), hostname(), release(), arch()].join('\n')),
    folder: () => `+${folder}`,
  };
}

function attempt(act: (argument: string) => string | undefined): Outside {
  return (argument) => {
    try {
      const answer = act(argument);
      return answer === undefined ? '' : `+${answer}`;
    } catch (error) {
      return `-${error instanceof Error ? error.message : String(error)}`;
    }
  };
}

/** An environment variable; where it is not set, what is in the file that `NAME_FILE` names. */
function variable(name: string): string | undefined {
  const value = process.env[name];
  const file = process.env[`${name}_FILE`];
  if (file === undefined || file === '') return value;
  if (value !== undefined) throw new Error(`${name} and ${name}_FILE are both set`);
  return textOf(file).replace(/\r?\n$/, '');
}

function textOf(path: string): string {
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

/** Files by a pattern, sorted; hidden ones only where the pattern says so. A folder that is missing holds none. */
function matches(pattern: string): string[] {
  const hidden = basename(pattern).startsWith('.');
  return globSync(pattern)
    .filter((path) => hidden || !basename(path).startsWith('.'))
    .sort();
}
