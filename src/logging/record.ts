/** One event of the log, and its two forms: a line for people, and a line of JSON. */
import type { EventLevel } from './levels.ts';
import type { LogFields } from './log.ts';
import { phraseFor } from './phrases.ts';

/** What happened. */
export interface LogRecord {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly level: EventLevel;
  /** Who tells it: `host:module`, the host, the service, or `server`. */
  readonly source: string;
  readonly message: string;
  /** Fields of the logger, among them those that make up the source. */
  readonly bound: LogFields;
  /** Fields of the event. */
  readonly fields: LogFields;
}

/** How a line is written. */
export interface LineStyle {
  /** The time as it stands in the line; empty for none. */
  readonly time: string;
  /** Columns of the source, at least; undefined for a tab after it. */
  readonly sourceWidth?: number | undefined;
}

/** Fields that are told by the source. */
const IN_SOURCE: ReadonlySet<string> = new Set(['host', 'module', 'service']);

/** Types of values that JSON writes as they are, or not at all. */
const SIMPLE: ReadonlySet<string> = new Set(['string', 'number', 'boolean', 'undefined']);

/** Errors that are the cause of errors, told at most so deep. */
const MAX_CAUSES = 3;

/** Who tells what a logger with these fields says. */
export function sourceOf({ host, module, service }: LogFields): string {
  const parts = [host, module ?? service].filter((part) => typeof part === 'string');
  return parts.length === 0 ? 'server' : parts.join(':');
}

/**
 * `time source TAB level TAB message field=value…`, as Prosody writes it, some messages in Prosody's words; below an error,
 * where it came from.
 */
export function textLine(record: LogRecord, { time, sourceWidth }: LineStyle): string {
  const { level, source, message, bound, fields } = record;
  const name = sourceWidth === undefined ? `${source}\t` : source.padEnd(Math.max(sourceWidth, source.length + 2));
  const phrase = phraseFor(message);
  const said = phrase?.text({ ...bound, ...fields }) ?? message;
  let line = harmless(`${time === '' ? '' : `${time} `}${name}${level}\t${said}`);
  for (const [key, value] of Object.entries(bound)) if (!IN_SOURCE.has(key)) line += field(key, value);
  for (const [key, value] of Object.entries(fields)) {
    if (phrase?.fields.includes(key) !== true) line += field(key, value);
  }
  const { err } = fields;
  if (level === 'error' && err instanceof Error) line += stackOf(err);
  return `${line}\n`;
}

/** One object: level, time, the fields, and the message as `msg`. */
export function jsonLine(record: LogRecord, { time }: Pick<LineStyle, 'time'>): string {
  const { level, message, bound, fields } = record;
  const head = time === '' ? { level } : { level, time };
  return `${harmless(json({ ...head, ...bound, ...fields, msg: message }))}\n`;
}

function field(key: string, value: unknown): string {
  if (value === undefined) return '';
  if (value instanceof Error) return ` ${key}=${quoted(value.message)}`;
  return ` ${key}=${typeof value === 'string' ? quoted(value) : harmless(json(value))}`;
}

/** A text as it is where nobody could take it for something else. */
function quoted(text: string): string {
  return /^[^\s"=\p{C}]+$/u.test(text) ? text : harmless(JSON.stringify(text));
}

function json(value: unknown): string {
  try {
    return (isPlain(value) ? JSON.stringify(value) : JSON.stringify(value, replacer)) ?? 'undefined';
  } catch (error) {
    return JSON.stringify({ unreadable: String(error) });
  }
}

/** Is it without anything that has to be replaced? To be sure of that is faster than to look for it inside. */
function isPlain(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every((one) => SIMPLE.has(typeof one));
}

function replacer(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Error ? plain(value, MAX_CAUSES) : value;
}

function plain(error: Error, depth: number): object {
  const { name: type, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  return {
    type,
    message,
    ...(code !== undefined && { code }),
    stack,
    ...(cause instanceof Error && depth > 0 && { cause: plain(cause, depth - 1) }),
  };
}

function stackOf(error: Error): string {
  let text = '';
  let told: unknown = error;
  for (let depth = 0; depth <= MAX_CAUSES && told instanceof Error; depth++) {
    const lines = (told.stack ?? told.message).split('\n');
    for (const [index, line] of lines.entries()) {
      if (depth === 0 && index === 0) continue; // is told already
      text += `\n\t${depth > 0 && index === 0 ? 'because of ' : ''}${harmless(line.trim())}`;
    }
    told = told.cause;
  }
  return text;
}

const HARMFUL = /(?!\t)[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

/** Controls and marks of direction could make a line look like another one, or steer a terminal. */
function harmless(text: string): string {
  if (!HARMFUL.test(text)) return text;
  return text.replaceAll(
    new RegExp(HARMFUL, 'gu'),
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
