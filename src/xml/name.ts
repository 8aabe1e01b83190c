// Uses `as number` on typed array elements: every index is below `end`.
/** Qualified names that are not a plain ASCII word (Namespaces in XML 1.0 §4). */
import { BYTE_CLASS, COLON, NAME, NAME_START } from './byte-class.ts';
import { isNameCharacter, isNameStart } from './name-chars.ts';
import { utf8CodePoint, utf8Length } from './utf8.ts';
import { notWellFormed } from './xml-error.ts';

/**
 * Index behind the qualified name that begins at `start`, or -1 while the bytes up to `end` may be only a beginning.
 * @throws XmlError `not-well-formed`
 */
export function scanName(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  let atStart = true;
  let colons = 0;
  while (i < end) {
    const byte = bytes[i] as number;
    if (byte >= 0x80) {
      const length = utf8Length(bytes, i, end);
      if (length === 0) return -1;
      const code = utf8CodePoint(bytes, i, length);
      if (!(atStart ? isNameStart(code) : isNameCharacter(code))) throw notWellFormed('unexpected character in a name');
      i += length;
      atStart = false;
    } else if (byte === COLON) {
      if (atStart || ++colons > 1) throw notWellFormed('misplaced colon in a name');
      i++;
      atStart = true;
    } else if ((BYTE_CLASS[byte] as number) & (atStart ? NAME_START : NAME)) {
      i++;
      atStart = false;
    } else {
      if (atStart) throw notWellFormed('a name is missing');
      return i;
    }
  }
  return -1;
}
