/** Broken configurations are read, or refused with a file and a line in each sentence. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settingsFrom } from '../../src/app/load-settings.ts';
import { ConfigError } from '../../src/config/config-error.ts';
import { readLua } from '../../src/config/lua/read-lua.ts';
import type { RawConfig } from '../../src/config/raw-config.ts';
import { readYaml } from '../../src/config/yaml.ts';
import { LANGUAGES, brokenText } from './config-mutations.ts';
import { LuaThreads } from '../support/lua-threads.ts';

/** Milliseconds for one that is read on this thread, on a machine that has other things to do. */
const PATIENCE = 10_000;

/** What became of them. */
export interface Outcome {
  readonly read: number;
  readonly refused: number;
  /** Ended because they did not end by themselves. */
  readonly late: number;
  /** Crashes, sentences without a place and long waits, each with the number of the text. */
  readonly problems: readonly string[];
}

/** Try the texts from one number up to another. */
export async function fuzzConfig(language: keyof typeof LANGUAGES, from: number, to: number): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'couplet-config-fuzz-'));
  const file = join(folder, language === 'lua' ? 'prosody.cfg.lua' : 'couplet.yaml');
  const threads = new LuaThreads();
  const read = async (text: string): Promise<RawConfig> => {
    if (language === 'yaml') return readYaml(file, text, {});
    writeFileSync(file, text);
    const before = threads.late;
    const config = readLua(file, (job) => threads.run(job));
    // What does not end is for the limit of the server's own thread.
    return config.catch((error: unknown) => {
      if (threads.late === before) throw error;
      return readLua(file);
    });
  };
  const counts = { read: 0, refused: 0 };
  const problems: string[] = [];
  try {
    for (let number = from; number < to; number++) {
      const begin = performance.now();
      try {
        await settingsFrom(await read(brokenText(LANGUAGES[language], number)));
        counts.read++;
      } catch (error) {
        counts.refused++;
        problems.push(...problemsOf(error, file).map((problem) => `${number}: ${problem}`));
      }
      const took = performance.now() - begin;
      if (language === 'yaml' && took > PATIENCE) problems.push(`${number}: took ${Math.round(took)} ms`);
    }
  } finally {
    await threads.close();
    rmSync(folder, { recursive: true });
  }
  return { ...counts, late: threads.late, problems };
}

function problemsOf(error: unknown, file: string): string[] {
  if (!(error instanceof ConfigError)) return [error instanceof Error ? (error.stack ?? '') : String(error)];
  return error.message
    .split('\n')
    .filter((line) => !line.startsWith(`${file}:`) || !/^:\d+: \S/.test(line.slice(file.length)));
}
