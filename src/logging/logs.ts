/** The server's log: where events go, which of them, and who watches. */
import { LEVEL_BIT, levelNames, levelsFrom, type EventLevel, type LevelSet, type LogLevel } from './levels.ts';
import type { Log, LogFields } from './log.ts';
import { sourceOf, type LogRecord } from './record.ts';
import { BurstLimit } from './burst-limit.ts';
import { CONSOLE, type SinkSettings } from './sink-settings.ts';
import { Sink } from './sink.ts';
import { wayToSyslog } from './syslog.ts';
import type { Writer } from './writer.ts';

const { debug: DEBUG, info: INFO, warn: WARN, error: ERROR } = LEVEL_BIT;

/** Stands for all places, where an event was written to none. */
const EVERY = '*';

/** A place, as operators see it. */
export interface SinkState {
  readonly to: string;
  readonly levels: readonly EventLevel[];
  /** Lines that could not be written. */
  readonly dropped: number;
}

/** Counts what is dropped. */
export interface DropCounter {
  inc(by?: number): void;
}

/** What all loggers of a server share. */
interface Core {
  /** Levels that somebody wants. */
  wanted: LevelSet;
  write(record: LogRecord): void;
}

/**
 * Open the log.
 * @throws Error a place cannot be opened
 */
export function openLogs(settings: readonly SinkSettings[]): Logs {
  return new Logs(settings);
}

/** All places of the log. Nothing here makes anybody wait, whatever happens to a place. */
export class Logs {
  readonly log: Log;
  readonly #core: Core = { wanted: 0, write: (record) => this.#write(record) };
  #sinks: readonly Sink[] = [];
  readonly #watchers = new Map<(record: LogRecord) => void, LevelSet>();
  readonly #limit = new BurstLimit();
  #limited: DropCounter | undefined;
  #counterOf: ((to: string) => DropCounter) | undefined;

  constructor(settings: readonly SinkSettings[]) {
    this.log = new ServerLog(this.#core, {});
    this.configure(settings);
    process.on('exit', this.#atExit);
    process.on('uncaughtExceptionMonitor', this.#atFault);
  }

  /** The places, in the order of the configuration. */
  get sinks(): readonly SinkState[] {
    return this.#sinks.map(({ settings: { to }, levels, writer }) => ({
      to,
      levels: levelNames(levels),
      dropped: writer.dropped,
    }));
  }

  /**
   * Write to these places from now on. Those that stay are not closed, and no line is lost.
   * @throws Error a place cannot be opened; nothing is changed then
   */
  configure(settings: readonly SinkSettings[]): void {
    const before = new Map(this.#sinks.map((sink) => [sink.settings.to, sink.writer]));
    const writers = new Map(before);
    const opened: Writer[] = [];
    const sinks: Sink[] = [];
    const refused: LogFields[] = [];
    try {
      for (const one of settings) {
        const sink = this.#open(one, writers, (error) => refused.push({ err: error, log: one.to }));
        const { to } = sink.settings;
        if (!writers.has(to)) opened.push(sink.writer);
        writers.set(to, sink.writer);
        sinks.push(sink);
      }
    } catch (error) {
      for (const writer of opened) void writer.close();
      throw error;
    }
    this.#sinks = sinks;
    this.#changed();
    if (settings.some(({ to }) => to === '*syslog') && wayToSyslog() === undefined) {
      this.log.warn({}, 'there is no logger of util-linux: what is for syslog goes to standard error');
    }
    for (const fields of refused)
      this.log.warn(fields, 'a file of the log cannot be opened: the console stands in for it');
    for (const [to, writer] of before) if (!sinks.some(({ settings: one }) => one.to === to)) void writer.close();
  }

  #open(settings: SinkSettings, writers: ReadonlyMap<string, Writer>, refused: (error: unknown) => void): Sink {
    const failed = (error: unknown): void => {
      this.log.error({ err: error, log: settings.to }, 'the log cannot be written');
    };
    try {
      return new Sink(settings, writers.get(settings.to), failed);
    } catch (error) {
      if (settings.lenient !== true) throw error;
      refused(error);
      return new Sink({ ...settings, to: CONSOLE }, writers.get(CONSOLE), failed);
    }
  }

  /** Open files again that were renamed. What cannot be opened is told, and goes on where it was. */
  async reopen(): Promise<void> {
    await Promise.all([...this.#writers()].map((writer) => writer.reopen()));
  }

  /**
   * Write that level and all above it, until the configuration is read again.
   * @param to one place; undefined for all
   * @returns the number of places; 0 if there is none of that name
   */
  setLevel(level: LogLevel, to?: string): number {
    const chosen = this.#sinks.filter(({ settings }) => to === undefined || settings.to === to);
    for (const sink of chosen) sink.levels = levelsFrom(level);
    this.#changed();
    return chosen.length;
  }

  /** Call that with every event of these levels; the returned function ends it. */
  watch(levels: LevelSet, watcher: (record: LogRecord) => void): () => void {
    this.#watchers.set(watcher, levels);
    this.#changed();
    return () => {
      this.#watchers.delete(watcher);
      this.#changed();
    };
  }

  /** Have dropped lines counted by their place, those from before too; those that came too fast for any under `*`. */
  countDrops(counterOf: (to: string) => DropCounter): void {
    for (const { settings, writer } of this.#sinks) if (writer.dropped > 0) counterOf(settings.to).inc(writer.dropped);
    this.#counterOf = counterOf;
    this.#limited = counterOf(EVERY);
    this.#changed();
  }

  /**
   * Write what waits, and close everything; takes at most a second or two. False where a write hangs, because nobody reads
   * any more: then only `process.exit` ends the process.
   */
  async close(): Promise<boolean> {
    const writers = this.#writers();
    this.#sinks = [];
    this.#watchers.clear();
    this.#changed();
    await Promise.all([...writers].map((writer) => writer.close()));
    process.off('exit', this.#atExit);
    process.off('uncaughtExceptionMonitor', this.#atFault);
    const hangs = [...writers].some((writer) => writer.hangs);
    if (hangs) process.on('exit', () => endThough(writers));
    return !hangs;
  }

  #writers(): ReadonlySet<Writer> {
    return new Set(this.#sinks.map(({ writer }) => writer));
  }

  #write(record: LogRecord): void {
    const { time, level, message } = record;
    for (const [of, lines] of this.#limit.leftOut(time)) {
      const left = `${lines} lines left out: more than 1000 a second`;
      this.#put({ time, level: 'warn', source: 'log', message: left, bound: {}, fields: { lines, of } });
    }
    if (this.#limit.isTooMany(message)) this.#limited?.inc();
    else this.#put(record);
    const bit = LEVEL_BIT[level];
    for (const [watcher, levels] of this.#watchers) if ((levels & bit) !== 0) watcher(record);
  }

  #put(record: LogRecord): void {
    const bit = LEVEL_BIT[record.level];
    for (const sink of this.#sinks) if ((sink.levels & bit) !== 0) sink.write(record);
  }

  #changed(): void {
    let wanted = 0;
    for (const { levels } of this.#sinks) wanted |= levels;
    for (const levels of this.#watchers.values()) wanted |= levels;
    this.#core.wanted = wanted;
    for (const { settings, writer } of this.#sinks) {
      const counter = this.#counterOf?.(settings.to);
      writer.onDrop = counter === undefined ? undefined : () => counter.inc();
    }
  }

  readonly #atExit = (): void => {
    const writers = this.#writers();
    for (const writer of writers) writer.writeNow();
    endThough(writers);
  };

  readonly #atFault = (error: unknown): void => {
    this.log.error({ err: error }, 'the server ends: an error that nothing takes care of');
  };
}

/** A process waits for its threads, for ever where one of them hangs in a write. */
function endThough(writers: Iterable<Writer>): void {
  for (const { hangs } of writers) if (hangs) process.kill(process.pid, 'SIGKILL');
}

class ServerLog implements Log {
  readonly #core: Core;
  readonly #bound: LogFields;
  readonly #source: string;

  constructor(core: Core, bound: LogFields) {
    this.#core = core;
    this.#bound = bound;
    this.#source = sourceOf(bound);
  }

  debug(fields: LogFields, message: string): void {
    if ((this.#core.wanted & DEBUG) !== 0) this.#tell('debug', fields, message);
  }

  info(fields: LogFields, message: string): void {
    if ((this.#core.wanted & INFO) !== 0) this.#tell('info', fields, message);
  }

  warn(fields: LogFields, message: string): void {
    if ((this.#core.wanted & WARN) !== 0) this.#tell('warn', fields, message);
  }

  error(fields: LogFields, message: string): void {
    if ((this.#core.wanted & ERROR) !== 0) this.#tell('error', fields, message);
  }

  child(fields: LogFields): Log {
    return new ServerLog(this.#core, { ...this.#bound, ...fields });
  }

  #tell(level: EventLevel, fields: LogFields, message: string): void {
    this.#core.write({ time: Date.now(), level, source: this.#source, message, bound: this.#bound, fields });
  }
}
