/**
 * Properties of code points, read from the generated tables. Nothing is decoded before the first code point outside
 * ASCII turns up; hence `?? 0` on typed arrays, whose indices the code keeps in range.
 */
import { RUNS, WORD_NAMES, WORD_VALUES } from './precis-tables.ts';

/** Derived property of a code point (RFC 8264 §8): not in the Unicode version of the tables. */
export const UNASSIGNED = 0;
/** Allowed in the FreeformClass only (ID_DIS or FREE_PVAL). */
export const FREE = 2;
/** Allowed in every class (PVALID). */
export const VALID = 3;
/** Allowed where the contextual rule of the code point says so (CONTEXTJ and CONTEXTO). */
export const CONTEXT = 4;

/** Bidi_Class (UAX #9, table 4); every class that the Bidi Rule (RFC 5893 §2) does not name is 0. */
export const BIDI_L = 1;
export const BIDI_R = 2;
export const BIDI_AL = 3;
export const BIDI_AN = 4;
export const BIDI_EN = 5;
export const BIDI_ES = 6;
export const BIDI_CS = 7;
export const BIDI_ET = 8;
export const BIDI_ON = 9;
export const BIDI_BN = 10;
export const BIDI_NSM = 11;

/** Joining_Type (The Unicode Standard §9.2). */
export const JOINS_TRANSPARENTLY = 1;
export const JOINS_LEFT = 2;
export const JOINS_RIGHT = 3;
export const JOINS_BOTH = 4;

/** Script, as far as a contextual rule asks for it. */
export const SCRIPT_GREEK = 1;
export const SCRIPT_HEBREW = 2;
export const SCRIPT_KANA_OR_HAN = 3;

interface Runs {
  /** First code point of each run, ascending. */
  readonly starts: Uint32Array;
  readonly words: Uint16Array;
}

let decoded: Runs | undefined;

function decode(): Runs {
  const starts: number[] = [];
  const words: number[] = [];
  let codePoint = 0;
  for (const [, name = '', length = ''] of RUNS.matchAll(/([^0-9a-z])([0-9a-z]*)/g)) {
    starts.push(codePoint);
    words.push(WORD_VALUES[WORD_NAMES.indexOf(name)] ?? 0);
    codePoint += length === '' ? 1 : Number.parseInt(length, 36);
  }
  return { starts: Uint32Array.from(starts), words: Uint16Array.from(words) };
}

/** All properties of a code point (0 to 0x10FFFF, surrogates included) in one number, for the functions below. */
export function propertiesOf(codePoint: number): number {
  const { starts, words } = (decoded ??= decode());
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((starts[middle] ?? 0) <= codePoint) low = middle;
    else high = middle - 1;
  }
  return words[low] ?? 0;
}

/** UNASSIGNED, FREE, VALID, CONTEXT, or 1 for what no class allows. */
export function statusOf(properties: number): number {
  return properties & 7;
}

/** One of the BIDI_ constants or 0; told only for what usernames may contain. */
export function bidiClassOf(properties: number): number {
  return (properties >> 3) & 15;
}

/** One of the JOINS_ constants or 0. */
export function joiningTypeOf(properties: number): number {
  return (properties >> 7) & 7;
}

/** One of the SCRIPT_ constants or 0. */
export function scriptOf(properties: number): number {
  return (properties >> 10) & 3;
}

/** Whether Canonical_Combining_Class is Virama. */
export function isVirama(properties: number): boolean {
  return properties >> 12 === 1;
}
