/** One place of the log: chooses events by level and makes lines of them. */
import { isatty } from 'node:tty';
import { FileChannel, StandardChannel } from './file-channel.ts';
import type { LevelSet } from './levels.ts';
import { jsonLine, textLine, type LogRecord } from './record.ts';
import type { SinkSettings } from './sink-settings.ts';
import { strftime } from './strftime.ts';
import { isJournal, loggerChannel, wayToSyslog, withSeverity } from './syslog.ts';
import { Writer, type Channel } from './writer.ts';

const STDOUT = 1;
const STDERR = 2;

/** Prosody's. */
const TEXT_TIME = '%b %d %H:%M:%S';

/** Makes the line of an event. */
type Format = (record: LogRecord) => string;

/** An open place. */
export class Sink {
  readonly settings: SinkSettings;
  readonly writer: Writer;
  /** What is written; changed while the server runs. */
  levels: LevelSet;
  readonly #format: Format;

  /** @param writer the one of another sink of the same place, if there is one */
  constructor(settings: SinkSettings, writer: Writer | undefined, failed: (error: unknown) => void) {
    this.settings = settings;
    this.levels = settings.levels;
    this.#format = formatOf(settings);
    this.writer = writer ?? new Writer(channelOf(settings), { failed, lost: (lines) => this.#lost(lines) });
  }

  write(record: LogRecord): void {
    this.writer.write(this.#format(record));
  }

  #lost(lines: number): string {
    const message = `${lines} lines dropped: they could not be written as fast as they came`;
    return this.#format({ time: Date.now(), level: 'warn', source: 'log', message, bound: {}, fields: { lines } });
  }
}

/** @throws Error a file cannot be opened */
function channelOf(settings: SinkSettings): Channel {
  switch (settings.to) {
    case '*stdout':
      return new StandardChannel(STDOUT);
    case '*stderr':
      return new StandardChannel(STDERR);
    case '*syslog':
      return wayToSyslog() === 'logger' ? loggerChannel(settings) : new StandardChannel(STDERR);
    default:
      return new FileChannel(settings.to);
  }
}

function formatOf(settings: SinkSettings): Format {
  const { to, sourceWidth } = settings;
  const fd = to === '*stdout' ? STDOUT : to.startsWith('*') ? STDERR : undefined;
  const system = to === '*syslog' ? wayToSyslog() !== undefined : fd !== undefined && isJournal(fd);
  const auto = system || (fd !== undefined && isatty(fd)) ? 'text' : 'json';
  const format = settings.format === 'auto' ? auto : settings.format;
  // The system's log has times of its own.
  const time = clock(settings.timestamps ?? !system, format);
  const line: Format =
    format === 'json'
      ? (record) => jsonLine(record, { time: time(record.time) })
      : (record) => textLine(record, { time: time(record.time), sourceWidth });
  return system ? (record) => withSeverity(line(record), record.level) : line;
}

/** Times as they stand in lines; those of text are made once a second. */
function clock(timestamps: boolean | string, format: 'text' | 'json'): (time: number) => string {
  if (timestamps === false || timestamps === '') return () => '';
  if (timestamps === true && format === 'json') return (time) => new Date(time).toISOString();
  const pattern = timestamps === true ? TEXT_TIME : timestamps;
  let second = -1;
  let text = '';
  return (time) => {
    const now = Math.floor(time / 1000);
    if (now !== second) text = strftime(pattern, new Date(time));
    second = now;
    return text;
  };
}
