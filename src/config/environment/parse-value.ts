/** From the text of a variable to the value of an option. */
import { Jid } from '../../jid/jid.ts';
import { parseBytes } from '../bytes.ts';
import { parseDuration } from '../duration.ts';
import type { ValueKind, ValueType } from './variable.ts';

const DAY = 86_400;
const MEBIBYTE = 1024 ** 2;
const GIBIBYTE = 1024 ** 3;

/** Bytes that the tag of AES-GCM adds to a file. */
const TAG_BYTES = 16;

const MAX_PORT = 65_535;

/** A component: its domain, and what stands behind the colon. */
export type Part = readonly [domain: string, rest: string | undefined];

interface Kind {
  /** What a text is that is no such value. */
  readonly refusal: string;
  /** The value; `undefined` if the text is none. */
  parse(text: string): unknown;
}

const TRUE: readonly string[] = ['true', '1', 'yes', 'on'];
const FALSE: readonly string[] = ['false', '0', 'no', 'off'];

/** How each kind is written. */
const VALUE_KINDS: Readonly<Record<ValueKind, Kind>> = {
  boolean: { refusal: 'is neither true, 1, yes, on nor false, 0, no, off', parse: boolean },
  burst: {
    refusal: 'is no burst: seconds, as 2s, or a size, as 25kb',
    parse: (text) => (/^\d+(?:\.\d+)?\s*(?:s|[kmg]?b)$/i.test(text) ? text : undefined),
  },
  components: { refusal: 'is no list of DOMAIN:MODULE', parse: (text) => parts(text, true) },
  days: { refusal: 'is no number of days', parse: (text) => times(text, DAY) },
  domain: { refusal: 'is no domain', parse: domain },
  domains: { refusal: 'is no list of domains', parse: (text) => every(split(text), domain) },
  gibibytes: { refusal: 'is no number of GiB', parse: (text) => times(text, GIBIBYTE) },
  integer: { refusal: 'is no whole number', parse: integer },
  interval: {
    refusal: 'is neither a number of seconds nor "manual"',
    parse: (text) => (text === 'manual' ? text : integer(text)),
  },
  list: { refusal: 'is no list', parse: split },
  mebibytes: {
    refusal: 'is no number of MiB',
    parse: (text) => {
      const size = times(text, MEBIBYTE);
      return size === undefined ? undefined : size + TAG_BYTES;
    },
  },
  modules: { refusal: 'is no list of modules', parse: (text) => split(text).map((name) => name.replace(/^mod_/, '')) },
  period: {
    refusal: 'is no period: seconds, or as "12 h", "30 d", "1y", or "never"',
    parse: (text) => (text === 'never' ? text : parseDuration(text)),
  },
  port: { refusal: 'is no port', parse: port },
  rate: {
    refusal: 'is no rate, as 10kb/s',
    parse: (text) => (/^\d+\s*[kmg]?b\/s$/i.test(text) ? text : undefined),
  },
  secrets: { refusal: 'is no list of DOMAIN:SECRET', parse: (text) => parts(text, false) },
  size: { refusal: 'is no size: bytes, or as "10 MB", "512 KiB"', parse: parseBytes },
  text: { refusal: 'is no text', parse: (text) => text },
};

/** A value that is no value of its type; the message is for the end of a sentence. */
export class ValueError extends Error {}

/**
 * The value.
 * @throws ValueError with the value and what it should have been
 */
export function parseValue(type: ValueType, text: string): unknown {
  if (typeof type !== 'string') {
    const found = type.find((word) => word.toLowerCase() === text.trim().toLowerCase());
    if (found === undefined) throw new ValueError(`"${text}" is none of ${type.join(', ')}`);
    return found;
  }
  const kind = VALUE_KINDS[type];
  const value = kind.parse(type === 'text' ? text : text.trim());
  // What stands in such a list is not for a log.
  if (value === undefined) throw new ValueError(`${type === 'secrets' ? 'it' : `"${text}"`} ${kind.refusal}`);
  return value;
}

/** Yes, no, or `undefined`. */
function boolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  return TRUE.includes(word) ? true : FALSE.includes(word) ? false : undefined;
}

function integer(text: string): number | undefined {
  const value = Number(text);
  return /^\d+$/.test(text) && Number.isSafeInteger(value) ? value : undefined;
}

function port(text: string): number | undefined {
  const value = integer(text);
  return value !== undefined && value > 0 && value <= MAX_PORT ? value : undefined;
}

function times(text: string, unit: number): number | undefined {
  const amount = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0;
  return amount > 0 ? Math.round(amount * unit) : undefined;
}

/** The words between commas and spaces; quotes around them come from compose files. */
function split(text: string): string[] {
  return text
    .split(/[\s,]+/)
    .map((word) => word.replace(/^(["'])(.*)\1$/, '$2'))
    .filter((word) => word !== '');
}

function domain(text: string): string | undefined {
  const jid = Jid.parse(text);
  return jid === undefined || jid.local !== undefined || jid.resource !== undefined ? undefined : jid.domain;
}

function parts(text: string, complete: boolean): Part[] | undefined {
  return every(split(text), (word): Part | undefined => {
    const [name = '', rest = ''] = word.split(/:(.*)/s, 2);
    const parsed = domain(name);
    if (parsed === undefined || (complete && rest === '')) return undefined;
    return [parsed, rest === '' ? undefined : rest];
  });
}

/** What all of them become, or `undefined` if one of them becomes nothing. */
function every<T>(words: readonly string[], parse: (word: string) => T | undefined): T[] | undefined {
  const values: T[] = [];
  for (const word of words) {
    const value = parse(word);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}
