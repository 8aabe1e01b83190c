/** What the rest of the server knows of logging: events with fields, never built strings, bodies or secrets. */

/** Fields of a log event; `err` is an error. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A logger. Messages are constants, so that they can be searched for. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** A logger that adds these fields to every event. */
  child(fields: LogFields): Log;
}
