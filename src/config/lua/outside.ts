/** What a configuration in Lua may see of the machine: files to read, and the environment. */
import { readdirSync, statSync } from 'node:fs';
import { arch, hostname, release, type } from 'node:os';
import { basename, dirname, resolve } from 'node:path';
import { globFiles } from '../glob-files.ts';
import { readTextFile, readVariable } from '../environment/read-variable.ts';
import type { LuaJob } from './protocol.ts';

/** A function for Lua: `+` and the answer, `-` and why there is none, or nothing at all for "not there". */
type Outside = (argument: string) => string;

/**
 * The functions, by name. Relative paths start at the folder of the configuration.
 * @param files the path of each file that is run is added
 */
export function outside({ file, defaults }: LuaJob, files: string[]): Readonly<Record<string, Outside>> {
  const folder = dirname(file);
  const read = (path: string): string => readTextFile(resolve(folder, path));
  return {
    read: attempt(read),
    run: attempt((path) => {
      const text = read(path);
      files.push(resolve(folder, path));
      return text.replace(/^\uFEFF/, '').replace(/^#/, '--#');
    }),
    glob: attempt((pattern) => globFiles(resolve(folder, pattern)).join('\n')),
    list: attempt((path) => ['.', '..', ...readdirSync(resolve(folder, path))].join('\n')),
    stat: attempt((path) => {
      const found = statSync(resolve(folder, path));
      return `${found.isDirectory() ? 'directory' : found.isFile() ? 'file' : 'other'} ${found.size}`;
    }),
    credential: attempt((name) => {
      const credentials = process.env['CREDENTIALS_DIRECTORY'];
      if (credentials === undefined) throw new Error('CREDENTIALS_DIRECTORY is not set');
      return readTextFile(resolve(credentials, basename(name)));
    }),
    getenv: attempt((name) => readVariable(process.env, name)?.value ?? process.env[name] ?? defaults.get(name)),
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
