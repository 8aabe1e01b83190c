/** Periods of time as options: `30`, `"30"`, `"5 minutes"`, `"1 week"`. */
import { z } from 'zod';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Seconds of a unit by the beginning of its name, as short as it may be written. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['min', MINUTE],
  ['h', HOUR],
  ['d', DAY],
  ['w', 7 * DAY],
  ['mon', 30 * DAY],
  ['y', 365 * DAY],
]);

/** Full names, of which any part that is at least as long as a key of `UNITS` will do. */
const NAMES = ['seconds', 'minutes', 'hours', 'days', 'weeks', 'months', 'years'];

const EXPECTED =
  'expected seconds, or a number with a unit: "30 s", "5 minutes", "12 h", "2 days", "1 week", "1 month"';

/** The type of an option that is a period of at most `max` seconds. A number is seconds, which the module gets. */
export function duration(max: number) {
  return z.preprocess(
    (value, context) => (typeof value === 'string' ? (parseDuration(value) ?? refuse(context)) : value),
    z.number().positive().max(max).meta({ title: 'period' }),
  );
}

/** Seconds, or `undefined` for a text that is no period. */
export function parseDuration(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text);
  if (match === null) return undefined;
  const unit = unitOf((match[2] ?? '').toLowerCase());
  return unit === undefined ? undefined : Number(match[1]) * unit;
}

function unitOf(word: string): number | undefined {
  if (word === '') return 1;
  if (!NAMES.some((name) => name.startsWith(word)))
    return word === 'mins' || word === 'secs' ? unitOf(word.slice(0, -1)) : undefined;
  for (const [short, seconds] of UNITS) if (word.startsWith(short)) return seconds;
  return undefined; // "m" alone: minutes or months?
}

function refuse(context: z.RefinementCtx): never {
  context.addIssue({ code: 'custom', message: EXPECTED });
  return z.NEVER;
}
