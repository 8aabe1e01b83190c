/** The options of the log, and from them to its places. */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../config/config-error.ts';
import { didYouMean } from '../config/did-you-mean.ts';
import type { RawConfig } from '../config/raw-config.ts';
import { EVENT_LEVELS, LOG_LEVELS, levelsFrom, levelsOf, type LevelSet } from '../logging/levels.ts';
import { CONSOLE, FACILITIES, type SinkSettings } from '../logging/sink-settings.ts';

const level = z.enum(EVENT_LEVELS);
const place = z.string().min(1);
const format = z.enum(['text', 'json']);

const sink = z.strictObject({
  to: z.enum(['file', 'console', 'stdout', 'stderr', 'syslog', 'nowhere']),
  filename: place.optional(),
  levels: z
    .union([z.array(level).min(1), z.strictObject({ min: level.optional(), max: level.optional() }), level])
    .optional(),
  format: format.optional(),
  timestamps: z.union([z.boolean(), z.string()]).optional(),
  source_width: z.int().min(0).max(200).optional(),
  syslog_name: z.string().min(1).optional(),
  syslog_facility: z.enum(FACILITIES).optional(),
});

/** Options of the log. */
export const LOG_OPTIONS = {
  log: z
    .union([place, z.partialRecord(z.enum(LOG_LEVELS), place), z.array(z.union([place, sink]))])
    .default(CONSOLE)
    .describe(
      'Where the log goes: a file, *stderr, *stdout or *syslog; LEVEL: PLACE; or a list of places, see docs/logging.md',
    ),
  log_format: format
    .optional()
    .describe('Lines of text as Prosody writes them, or of JSON; by default text on a terminal and JSON elsewhere'),
  debug: z.boolean().default(false).describe('Write debug lines too, where no level is given'),
};

const OPTIONS = z.object(LOG_OPTIONS);

type Options = z.infer<typeof OPTIONS>;

type SinkOptions = z.infer<typeof sink>;

/** Names of places. `*console` is where people look, and nothing else is written there. */
const PLACES: ReadonlyMap<string, string> = new Map([
  ['*console', CONSOLE],
  ['*stdout', '*stdout'],
  ['*stderr', '*stderr'],
  ['*syslog', '*syslog'],
]);

/**
 * The places of the log.
 * @throws ConfigError one that is not known, or a file whose folder is not there
 */
export function logSinks(raw: RawConfig, { log, log_format, debug }: Options): readonly SinkSettings[] {
  const setting = raw.settings.get('log');
  const common = { format: log_format ?? (raw.lenient ? 'text' : 'auto') } as const;
  const lenient = raw.lenient || undefined;
  const usual = levelsFrom(debug ? 'debug' : 'info');
  const problem = (path: readonly PropertyKey[], text: string): never => {
    throw new ConfigError(`${setting?.within(path) ?? raw.file}: ${['log', ...path].join('.')}: ${text}`);
  };
  const placeOf = (text: string, path: readonly PropertyKey[]): string => {
    if (text.startsWith('*')) {
      if (text === '*file') problem(path, '"*file" needs its name: write that instead');
      return PLACES.get(text) ?? problem(path, `there is no "${text}"${didYouMean(text, PLACES.keys())}`);
    }
    const file = resolve(dirname(raw.file), text);
    if (!existsSync(dirname(file))) problem(path, `the folder ${dirname(file)} does not exist`);
    return file;
  };
  const simple = (text: string, levels: LevelSet, path: readonly PropertyKey[]): SinkSettings[] =>
    text === '*nowhere'
      ? []
      : [{ ...common, to: placeOf(text, path), levels, ...(lenient && !text.startsWith('*') && { lenient }) }];
  const detailed = (one: SinkOptions, path: readonly PropertyKey[]): SinkSettings[] => {
    const { to, filename, levels } = one;
    if (to === 'file' && filename === undefined) problem(path, 'a file needs its filename');
    if (to !== 'file' && filename !== undefined) problem([...path, 'filename'], 'is for a file: to: file');
    const text = to === 'file' ? (filename ?? '') : `*${to}`;
    return simple(text, levels === undefined ? usual : levelSet(levels), [
      ...path,
      to === 'file' ? 'filename' : 'to',
    ]).map((made) => ({
      ...made,
      format: one.format ?? made.format,
      timestamps: one.timestamps,
      sourceWidth: one.source_width,
      syslogName: one.syslog_name,
      syslogFacility: one.syslog_facility,
    }));
  };
  if (typeof log === 'string') return simple(log, usual, []);
  if (!Array.isArray(log)) {
    return LOG_LEVELS.flatMap((least) => {
      const to = log[least];
      return to === undefined ? [] : simple(to, levelsFrom(least), [least]);
    });
  }
  return log.flatMap((one, index) => (typeof one === 'string' ? simple(one, usual, [index]) : detailed(one, [index])));
}

function levelSet(levels: NonNullable<SinkOptions['levels']>): LevelSet {
  if (typeof levels === 'string') return levelsOf([levels]);
  return Array.isArray(levels) ? levelsOf(levels) : levelsFrom(levels.min ?? 'debug', levels.max);
}
