// Uses `as number` on typed array elements: every index is below `end`.
/** References in character data and attribute values (XML 1.0 §4.1): five entities and characters by number. */
import { HASH, SEMICOLON } from './byte-class.ts';
import { XmlError, notWellFormed } from './xml-error.ts';

/** Longest reference accepted, in bytes. The longest without leading zeros has ten. */
const MAX_REFERENCE = 32;

const ENTITIES: readonly Uint8Array[] = ['lt;', 'gt;', 'amp;', 'quot;', 'apos;'].map((name) => Buffer.from(name));

/**
 * Index behind the reference at `i`, where there is a `&`; 0 while the bytes up to `end` are only a beginning.
 * @throws XmlError `not-well-formed`, as soon as it cannot become one of those allowed (RFC 6120 §11.1)
 */
export function scanReference(bytes: Uint8Array, i: number, end: number): number {
  if (i + 1 >= end) return 0;
  if (bytes[i + 1] === HASH) return scanCharacter(bytes, i + 2, end);
  for (const entity of ENTITIES) {
    let k = 0;
    while (k < entity.length && i + 1 + k < end && bytes[i + 1 + k] === entity[k]) k++;
    if (k === entity.length) return i + 1 + k;
    if (i + 1 + k >= end) return 0;
  }
  throw notWellFormed('reference to an entity that is not predefined, or a bare &');
}

/** Does our serialiser write this reference (of bytes `i` to `end`) itself, in a value or in text? */
export function isCanonicalReference(bytes: Uint8Array, i: number, end: number, inValue: boolean): boolean {
  if (bytes[i + 1] !== HASH) return true;
  if (end - i !== 5 || bytes[i + 2] !== 0x78) return false; // &#xD;
  const digit = bytes[i + 3];
  return digit === 0x44 || (inValue && (digit === 0x39 || digit === 0x41));
}

function scanCharacter(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) return 0;
  const hex = bytes[start] === 0x78;
  const first = hex ? start + 1 : start;
  let code = 0;
  for (let i = first; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte === SEMICOLON) {
      if (!isCharacter(code)) throw notWellFormed('reference to something that is not a character');
      return i + 1;
    }
    const digit = digitOf(byte, hex);
    if (digit < 0) throw notWellFormed('malformed character reference');
    code = code * (hex ? 16 : 10) + digit;
    if (code > 0x10ffff) throw notWellFormed('reference beyond U+10FFFF');
    if (i - start > MAX_REFERENCE) throw new XmlError('policy-violation', 'endless character reference');
  }
  return 0;
}

function digitOf(byte: number, hex: boolean): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return hex && lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** XML 1.0 §2.2 `Char`. */
function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d;
  return code < 0xd800 || (code > 0xdfff && code !== 0xfffe && code !== 0xffff);
}
