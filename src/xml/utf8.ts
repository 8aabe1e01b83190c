// Uses `as number` on typed array elements: these loops run per byte, and every index is below `end`.
/** UTF-8 as RFC 3629 defines it, and nothing else (RFC 6120 §11.6). */
import { XmlError, notWellFormed } from './xml-error.ts';

/**
 * Length of the character that begins at `i` with a byte >= 0x80, or 0 while the bytes up to `end` are only a beginning.
 * @throws XmlError `unsupported-encoding`, as soon as no continuation can make it valid; `not-well-formed` for U+FFFE
 *   and U+FFFF, which XML 1.0 §2.2 does not allow
 */
export function utf8Length(bytes: Uint8Array, i: number, end: number): number {
  const lead = bytes[i] as number;
  if (lead < 0xc2 || lead > 0xf4) throw invalid();
  if (i + 1 >= end) return 0;
  const second = bytes[i + 1] as number;
  if (lead < 0xe0) {
    if ((second & 0xc0) !== 0x80) throw invalid();
    return 2;
  }
  // What would be an overlong form, a surrogate or beyond U+10FFFF shows in the second byte (RFC 3629 §4).
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) throw invalid();
  if (i + 2 >= end) return 0;
  const third = bytes[i + 2] as number;
  if ((third & 0xc0) !== 0x80) throw invalid();
  if (lead < 0xf0) {
    if (lead === 0xef && second === 0xbf && third >= 0xbe) throw notWellFormed('character U+FFFE or U+FFFF');
    return 3;
  }
  if (i + 3 >= end) return 0;
  if (((bytes[i + 3] as number) & 0xc0) !== 0x80) throw invalid();
  return 4;
}

/** Code point of the valid character of `length` bytes (2 to 4) at `i`. */
export function utf8CodePoint(bytes: Uint8Array, i: number, length: number): number {
  let code = (bytes[i] as number) & (0x7f >> length);
  for (let k = 1; k < length; k++) code = (code << 6) | ((bytes[i + k] as number) & 0x3f);
  return code;
}

function invalid(): XmlError {
  return new XmlError('unsupported-encoding', 'invalid UTF-8');
}
