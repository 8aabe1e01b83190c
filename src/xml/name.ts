// Uses `as number` on typed array elements: these loops run per byte, and every index is below `end`.
/** Qualified names (Namespaces in XML 1.0 §4). */
import { BYTE_CLASS, COLON, NAME, NAME_START } from './byte-class.ts';
import { isNameCharacter, isNameStart } from './name-chars.ts';
import type { Scan } from './scan.ts';
import { utf8CodePoint, utf8Length } from './utf8.ts';
import { notWellFormed } from './xml-error.ts';

/** Index of the first byte from `start` on that does not continue an ASCII word, where `start` begins one; or `end`. */
export function endOfWord(bytes: Uint8Array, start: number, end: number): number {
  const classes = BYTE_CLASS; // a local is read faster than an import
  let p = start;
  if (p >= end || ((classes[bytes[p] as number] as number) & NAME_START) === 0) return p;
  do p++;
  while (p < end && (classes[bytes[p] as number] as number) & NAME);
  return p;
}

/**
 * Index behind the name that begins at `start`, or `end` where it may be only a beginning. Leaves the index of its colon in
 * `scan.colon`, 0 where it has none.
 * @throws XmlError
 */
export function scanName(scan: Scan, bytes: Uint8Array, start: number, end: number): number {
  scan.colon = 0;
  let p = start;
  let atStart = true;
  while (p < end) {
    const byte = bytes[p] as number;
    if (byte >= 0x80) {
      const length = utf8Length(bytes, p, end);
      if (length === 0) return end;
      const code = utf8CodePoint(bytes, p, length);
      if (!(atStart ? isNameStart(code) : isNameCharacter(code))) throw notWellFormed('unexpected character in a name');
      p += length;
      atStart = false;
    } else if (byte === COLON) {
      if (atStart || scan.colon !== 0) throw notWellFormed('misplaced colon in a name');
      scan.colon = p++;
      atStart = true;
    } else if ((BYTE_CLASS[byte] as number) & (atStart ? NAME_START : NAME)) {
      p++;
      atStart = false;
    } else if (atStart) throw notWellFormed('a name is missing');
    else return p;
  }
  return end;
}
