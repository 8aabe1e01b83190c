/** Data Forms Validation (XEP-0122 v1.0.2): the registered datatypes (§8.2.2.2), what they allow and how they sort. */
import { parseDate, parseDateTime, parseTime } from './datetime.ts';

/** A datatype whose values have an order. */
export type RangedDatatype =
  | 'xs:byte'
  | 'xs:date'
  | 'xs:dateTime'
  | 'xs:decimal'
  | 'xs:double'
  | 'xs:int'
  | 'xs:integer'
  | 'xs:long'
  | 'xs:short'
  | 'xs:time';

/** A registered datatype. */
export type Datatype = RangedDatatype | 'xs:anyURI' | 'xs:language' | 'xs:string';

const INTEGER = /^[+-]?[0-9]+$/;
const DECIMAL = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)$/;
const DOUBLE = /^(?:[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN)$/;
const LANGUAGE = /^[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*$/;
/** XML Schema leaves URIs to their users; one with spaces or control characters is none (RFC 3986 §2). */
const URI = /^[^\s\p{Cc}<>"]*$/u;

/** Is the text a value of that datatype? */
export function matchesDatatype(text: string, datatype: Datatype): boolean {
  switch (datatype) {
    case 'xs:string':
      return true;
    case 'xs:anyURI':
      return URI.test(text);
    case 'xs:language':
      return LANGUAGE.test(text);
    case 'xs:date':
      return parseDate(text) !== undefined;
    case 'xs:dateTime':
      return parseDateTime(text) !== undefined;
    case 'xs:time':
      return parseTime(text) !== undefined;
    case 'xs:decimal':
      return DECIMAL.test(text);
    case 'xs:double':
      return DOUBLE.test(text);
    case 'xs:integer':
      return INTEGER.test(text);
    case 'xs:byte':
      return isBetween(text, '-128', '127');
    case 'xs:short':
      return isBetween(text, '-32768', '32767');
    case 'xs:int':
      return isBetween(text, '-2147483648', '2147483647');
    case 'xs:long':
      return isBetween(text, '-9223372036854775808', '9223372036854775807');
  }
}

/** Which of two values of that datatype is greater: negative, zero or positive as for sorting; NaN if they have no order. */
export function compareValues(a: string, b: string, datatype: RangedDatatype): number {
  switch (datatype) {
    case 'xs:date':
      return (parseDate(a) ?? NaN) - (parseDate(b) ?? NaN);
    case 'xs:dateTime':
      return (parseDateTime(a) ?? NaN) - (parseDateTime(b) ?? NaN);
    case 'xs:time':
      return (parseTime(a) ?? NaN) - (parseTime(b) ?? NaN);
    case 'xs:double':
      return compareNumbers(toDouble(a), toDouble(b));
    default:
      return compareDecimals(a, b);
  }
}

function isBetween(text: string, min: string, max: string): boolean {
  return INTEGER.test(text) && compareDecimals(text, min) >= 0 && compareDecimals(text, max) <= 0;
}

/** Infinities are equal to themselves, which their difference would not say. */
function compareNumbers(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : a > b ? 1 : NaN;
}

function toDouble(text: string): number {
  return Number(text.replace('INF', 'Infinity'));
}

interface Decimal {
  readonly negative: boolean;
  readonly whole: string;
  readonly fraction: string;
}

/** By their digits: exact at any length, and in linear time where converting to BigInt is not. */
function compareDecimals(a: string, b: string): number {
  const x = toDecimal(a);
  const y = toDecimal(b);
  if (x.negative !== y.negative) return x.negative ? -1 : 1;
  const magnitude =
    x.whole.length - y.whole.length || compareText(x.whole, y.whole) || compareText(x.fraction, y.fraction);
  return x.negative ? -magnitude : magnitude;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Sign and digits without zeros that mean nothing. Zero is not negative. */
function toDecimal(text: string): Decimal {
  let start = text[0] === '-' || text[0] === '+' ? 1 : 0;
  const dot = text.indexOf('.');
  const point = dot === -1 ? text.length : dot;
  let end = text.length;
  while (start < point && text[start] === '0') start++;
  while (end > point + 1 && text[end - 1] === '0') end--;
  const whole = text.slice(start, point);
  const fraction = text.slice(point + 1, end);
  return { negative: text[0] === '-' && (whole !== '' || fraction !== ''), whole, fraction };
}
