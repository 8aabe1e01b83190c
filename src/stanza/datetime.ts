/**
 * Dates and times (XEP-0082 v1.1.1), read strictly in one pass and written in UTC.
 *
 * Instants are whole microseconds since 1970-01-01T00:00:00Z. A JavaScript number holds those of the years 1685 to
 * 2254 exactly; an instant outside is read as the nearest one inside, which still compares as "long ago" and "far away".
 * Where the profile and XML Schema 1.1 differ the latter rules (XEP-0082 §3): `24:00:00` is the end of a day. Years
 * have four digits (§5 lets us ignore others), there are no leap seconds.
 */

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Days from 0000-01-01 to 1970-01-01. */
const EPOCH = 719_528;
/** Days of a common year before each month. */
const BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const;

/** `CCYY-MM-DDThh:mm:ss[.sss]TZD` (§3.2) as microseconds since the epoch; digits after the sixth are dropped. */
export function parseDateTime(text: string): number | undefined {
  if (text[10] !== 'T') return undefined;
  return instant(daysAt(text) * DAY + clockAt(text, 11, true));
}

/** `CCYY-MM-DD` (§3.1), with the time zone that XML Schema allows: microseconds at which that day begins. */
export function parseDate(text: string): number | undefined {
  return instant(daysAt(text) * DAY - zoneAt(text, 10, false));
}

/** `hh:mm:ss[.sss][TZD]` (§3.3): microseconds since midnight in UTC; without a zone, since midnight there. */
export function parseTime(text: string): number | undefined {
  return instant(clockAt(text, 0, false));
}

/**
 * An instant as `CCYY-MM-DDThh:mm:ss[.sss[sss]]Z`, as precise as it is.
 * @throws RangeError if it is no safe integer
 */
export function formatDateTime(micros: number): string {
  if (!Number.isSafeInteger(micros)) throw new RangeError(`not an instant: ${micros}`);
  const millis = Math.floor(micros / 1000);
  const iso = new Date(millis).toISOString();
  const rest = micros - millis * 1000;
  if (rest !== 0) return `${iso.slice(0, 23)}${String(rest).padStart(3, '0')}Z`;
  return iso.endsWith('.000Z') ? `${iso.slice(0, 19)}Z` : iso;
}

function instant(micros: number): number | undefined {
  if (Number.isNaN(micros)) return undefined;
  return Math.min(Math.max(micros, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

/** Days since the epoch of the date at the start of the text; NaN if there is none. */
function daysAt(text: string): number {
  const year = digitsAt(text, 0, 4);
  const month = digitsAt(text, 5, 2);
  const day = digitsAt(text, 8, 2);
  const before = BEFORE_MONTH[month - 1];
  if (text[4] !== '-' || text[7] !== '-' || before === undefined) return NaN;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const next = (BEFORE_MONTH[month] ?? 365) + (leap && month === 2 ? 1 : 0);
  if (!(day >= 1 && day <= next - before)) return NaN;
  const leapDays = Math.ceil(year / 4) - Math.ceil(year / 100) + Math.ceil(year / 400);
  return year * 365 + leapDays + before + (leap && month > 2 ? 1 : 0) + day - 1 - EPOCH;
}

/** Microseconds since midnight in UTC of the time and zone that fill the text from `at` on; NaN if they do not. */
function clockAt(text: string, at: number, zoneRequired: boolean): number {
  const hour = digitsAt(text, at, 2);
  const minute = digitsAt(text, at + 3, 2);
  const second = digitsAt(text, at + 6, 2);
  if (text[at + 2] !== ':' || text[at + 5] !== ':' || hour > 24 || minute > 59 || second > 59) return NaN;
  let end = at + 8;
  let fraction = 0;
  if (text[end] === '.') {
    let unit = SECOND;
    for (end++; isDigit(text.charCodeAt(end)); end++) {
      unit = Math.floor(unit / 10);
      fraction += unit * (text.charCodeAt(end) - 48);
    }
    if (unit === SECOND) return NaN;
  }
  const clock = hour * HOUR + minute * MINUTE + second * SECOND + fraction;
  return clock > DAY ? NaN : clock - zoneAt(text, end, zoneRequired);
}

/** Microseconds by which the zone that fills the text from `at` on is ahead of UTC; NaN if it does not. */
function zoneAt(text: string, at: number, required: boolean): number {
  if (at === text.length) return required ? NaN : 0;
  const sign = text[at];
  if (sign === 'Z') return text.length === at + 1 ? 0 : NaN;
  const hour = digitsAt(text, at + 1, 2);
  const minute = digitsAt(text, at + 4, 2);
  if ((sign !== '+' && sign !== '-') || text[at + 3] !== ':' || text.length !== at + 6) return NaN;
  const offset = hour * HOUR + minute * MINUTE;
  if (!(minute <= 59 && offset <= 14 * HOUR)) return NaN; // XML Schema 1.1 part 2 §3.3.7.1: at most 14:00
  return sign === '-' ? -offset : offset;
}

/** The number that `count` digits at `at` make; NaN if they are not all digits. */
function digitsAt(text: string, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const code = text.charCodeAt(i);
    if (!isDigit(code)) return NaN;
    value = value * 10 + code - 48;
  }
  return value;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
