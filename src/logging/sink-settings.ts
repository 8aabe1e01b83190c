/** What is written where: the log as a configuration describes it. */
import { levelsFrom, type LevelSet, type LogLevel } from './levels.ts';

/** Facilities of syslog (RFC 3164 §4.1.1). */
export const FACILITIES = [
  'auth',
  'authpriv',
  'cron',
  'daemon',
  'ftp',
  'kern',
  'lpr',
  'mail',
  'news',
  'syslog',
  'user',
  'uucp',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
] as const;

/** Forms of a line; `auto` is `text` on a terminal and `json` elsewhere. */
export const LOG_FORMATS = ['text', 'json', 'auto'] as const;

/** Where people look. */
export const CONSOLE = '*stderr';

/** One place, and what is written there. */
export interface SinkSettings {
  /** `*stdout`, `*stderr`, `*syslog`, or the path of a file. */
  readonly to: string;
  readonly levels: LevelSet;
  /** Where the file cannot be opened: let standard error stand in for it, and warn of that. */
  readonly lenient?: true | undefined;
  readonly format: (typeof LOG_FORMATS)[number];
  /** A format of `strftime`, false for none, true for what is usual for the format of the line. */
  readonly timestamps?: boolean | string | undefined;
  /** Columns of the source in lines of text. */
  readonly sourceWidth?: number | undefined;
  /** Name by which syslog knows the program. */
  readonly syslogName?: string | undefined;
  readonly syslogFacility?: (typeof FACILITIES)[number] | undefined;
}

/** Standard error, from that level on. */
export function consoleSink(level: LogLevel): SinkSettings {
  return { to: CONSOLE, levels: levelsFrom(level), format: 'auto' };
}

/** The same places, each from that level on. */
export function fromLevel(sinks: readonly SinkSettings[], level: LogLevel | undefined): readonly SinkSettings[] {
  return level === undefined ? sinks : sinks.map((sink) => ({ ...sink, levels: levelsFrom(level) }));
}
