/** The server's log on pino: JSON lines, written without blocking the event loop. */
import { destination, pino, type Logger } from 'pino';
import type { Log, LogFields } from './log.ts';

/** Levels in Prosody's names; `silent` writes nothing. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** Least level that is written. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A log that writes to a file descriptor or file. */
export function pinoLog(level: LogLevel, to: number | string): Log {
  return new PinoLog(pino({ level, base: null }, destination({ dest: to, sync: false })));
}

class PinoLog implements Log {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  debug(fields: LogFields, message: string): void {
    this.#logger.debug(fields, message);
  }

  info(fields: LogFields, message: string): void {
    this.#logger.info(fields, message);
  }

  warn(fields: LogFields, message: string): void {
    this.#logger.warn(fields, message);
  }

  error(fields: LogFields, message: string): void {
    this.#logger.error(fields, message);
  }

  child(fields: LogFields): Log {
    return new PinoLog(this.#logger.child(fields));
  }
}
