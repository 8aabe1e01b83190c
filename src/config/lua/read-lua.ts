/**
 * Reads a configuration written in Lua, as Prosody's are. The program runs in a thread of its own, which is ended when it
 * takes too long: neither `pcall` nor endless recursion keeps it alive.
 *
 * `as` stands where the thread's answer is taken for what its type says: it compiles against the same types.
 */
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { Jid } from '../../jid/jid.ts';
import { ConfigError } from '../config-error.ts';
import { imageDefaults } from '../environment/image-defaults.ts';
import { warningOf } from '../notice.ts';
import { oneLine } from '../one-line.ts';
import type { RawConfig, RawHost, Setting } from '../raw-config.ts';
import type { LuaAnswer, LuaJob, LuaOption, LuaResult, LuaSection } from './protocol.ts';
import { SourceLines } from './source-lines.ts';

/** Seconds of CPU time for a configuration. */
const SECONDS = 3;

/** The environment variable that raises it. */
const SECONDS_VARIABLE = 'COUPLET_CONFIG_SECONDS';

/** A program that waits for something takes no CPU time: it may last this many times as long by the clock. */
const WAITING = 10;

/** Milliseconds between looks at the time it took. */
const LOOK_EVERY = 100;

const MAX_HEAP_MB = 128;

/**
 * Read a configuration.
 * @param file absolute path
 * @param run runs it, in a thread that has an end
 * @throws ConfigError with `file:line`: no Lua, an error while it ran, or it does not end
 */
export async function readLua(file: string, run = runInThread): Promise<RawConfig> {
  const place = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  const { files, result, error } = await run({ file, place, defaults: imageDefaults(process.env) });
  const places = new Places(file, files);
  if (result === undefined) {
    const text = error ?? 'it ended without an answer';
    const full = /^#\d+:\d+:/.test(text) ? text : `#${place[0]}:${place[1]}: ${text}`;
    throw new ConfigError(oneLine(places.named(full)));
  }
  return configOf(file, JSON.parse(result) as LuaResult, places);
}

/** Where the thread begins: TypeScript when run from the sources, JavaScript when built. */
function entry(): URL {
  const source = new URL('./lua-thread.ts', import.meta.url);
  return import.meta.url.endsWith('.ts') ? source : new URL(source.href.replace(/\.ts$/, '.js'));
}

async function runInThread(job: LuaJob): Promise<LuaAnswer> {
  const seconds = limit();
  const worker = new Worker(entry(), {
    workerData: job,
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<LuaAnswer>((resolve) => {
      const failed = (error: string): void => resolve({ files: [job.file], error });
      worker.once('message', resolve);
      worker.once('error', (error) => failed(error instanceof Error ? error.message : String(error)));
      worker.once('exit', () => failed('it ended without an answer'));
      timer = setInterval(() => {
        void tookTooLong(worker, seconds).then((late) => {
          if (late) failed(`it did not end within ${seconds} seconds (${SECONDS_VARIABLE} raises that)`);
        });
      }, LOOK_EVERY);
    });
  } finally {
    clearInterval(timer);
    await worker.terminate();
  }
}

const begun = new WeakMap<Worker, number>();

async function tookTooLong(worker: Worker, seconds: number): Promise<boolean> {
  const start = begun.get(worker) ?? performance.now();
  begun.set(worker, start);
  if (performance.now() - start > seconds * 1000 * WAITING) return true;
  try {
    const { user, system } = await worker.cpuUsage();
    return user + system > seconds * 1e6;
  } catch {
    return false; // it ended
  }
}

function limit(): number {
  const given = process.env[SECONDS_VARIABLE];
  if (given === undefined) return SECONDS;
  const seconds = Number(given);
  if (!(seconds > 0 && seconds <= 3600)) throw new ConfigError(`${SECONDS_VARIABLE}: "${given}" is no time in seconds`);
  return seconds;
}

function configOf(file: string, { sections, warnings }: LuaResult, places: Places): RawConfig {
  const [global, ...others] = sections;
  const notices = warnings.map(({ id, at, text }) => ({ id, at: places.named(at), text: places.named(text) }));
  return {
    file,
    settings: settingsOf(global?.options ?? [], places),
    hosts: others.map((section) => hostOf(section, places)),
    lenient: true,
    warnings: notices.map(warningOf),
    notices: new Map(notices.map((notice) => [warningOf(notice), notice])),
    variables: new Set(sections.flatMap(({ options }) => options.filter(({ read }) => read).map(({ name }) => name))),
  };
}

function hostOf({ kind, name, module, at: place, options }: LuaSection, places: Places): RawHost {
  const at = places.named(place);
  const jid = Jid.parse(name);
  if (jid === undefined || jid.local !== undefined || jid.resource !== undefined) {
    throw new ConfigError(oneLine(`${at}: "${name}" is not a valid domain`));
  }
  const settings = settingsOf(options, places);
  if (kind === 'component') settings.set('module', { value: module || 'component', at, within: () => at });
  return { domain: jid.domain, written: name, kind: kind === 'component' ? 'component' : 'host', at, settings };
}

function settingsOf(options: readonly LuaOption[], places: Places): Map<string, Setting> {
  return new Map(options.map((option) => [option.name, places.setting(option)]));
}

/** Places in files, by the numbers that Lua knows them by. */
class Places {
  readonly #files: readonly string[];
  readonly #lines = new Map<string, SourceLines>();

  constructor(file: string, files: readonly string[]) {
    this.#files = files.length === 0 ? [file] : files;
  }

  /** A text with the names of files for their numbers. */
  named(text: string): string {
    return text.replace(/#(\d+):(\d+)/g, (_, number: string, line: string) => {
      return `${this.#file(number)}:${line === '0' ? '1' : line}`;
    });
  }

  setting({ name, value, at: place }: LuaOption): Setting {
    const [, number = '1', end = '1'] = /^#(\d+):(\d+)$/.exec(place) ?? [];
    const file = this.#file(number);
    const source = (): SourceLines => this.#source(file);
    return {
      value,
      get at() {
        return `${file}:${source().start(name, Number(end))}`;
      },
      within: (path) => `${file}:${source().find(name, wordsOf(value, path), Number(end))}`,
    };
  }

  #file(number: string): string {
    return this.#files[Math.max(Number(number), 1) - 1] ?? this.#files[0] ?? '';
  }

  #source(file: string): SourceLines {
    const known = this.#lines.get(file);
    if (known !== undefined) return known;
    let text = '';
    try {
      text = readFileSync(file, 'utf8');
    } catch {
      // It is gone since it was run: lines are as Lua counted them.
    }
    const lines = new SourceLines(text);
    this.#lines.set(file, lines);
    return lines;
  }
}

/** Names on a path into a value, and what stands at its end: these are most likely seen in the file. */
function wordsOf(value: unknown, path: readonly PropertyKey[]): string[] {
  const words = path.filter((step) => typeof step === 'string');
  let found = value;
  for (const step of path) {
    found =
      typeof found === 'object' && found !== null
        ? new Map<PropertyKey, unknown>(Object.entries(found)).get(String(step))
        : undefined;
  }
  return typeof found === 'string' || typeof found === 'number' ? [...words, String(found)] : words;
}
