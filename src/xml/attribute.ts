// Uses `as number` on typed array elements: these loops run per byte, and every index is below `end`.
/** One attribute of a start tag (XML 1.0 §3.1). */
import { AMP, APOS, BYTE_CLASS, COLON, CR, EQUALS, GT, LF, LT, QUOT, SPACE, TAB, VALUE_STOP } from './byte-class.ts';
import type { XmlLimits } from './limits.ts';
import { colonIn, scanName } from './name.ts';
import { isCanonicalReference, scanReference } from './reference.ts';
import { ATTRIBUTE_SIZE, CODED, DECLARATION, ODD, PREFIXED, UNESCAPED, type Scan } from './scan.ts';
import { utf8Length } from './utf8.ts';
import { notWellFormed, tooMuch } from './xml-error.ts';

/**
 * Scan the attribute at `start` and note it as number `index` of `scan.attributes`, its tag's first being `first`.
 * @returns index behind its closing quote, or -1 while the bytes up to `end` are only a beginning
 * @throws XmlError
 */
export function scanAttribute(
  scan: Scan,
  bytes: Buffer,
  base: number,
  start: number,
  end: number,
  limits: XmlLimits,
  first: number,
  index: number,
): number {
  const classes = BYTE_CLASS;
  let p = scanName(bytes, start, end, limits.nameBytes);
  if (p < 0) return -1;
  if (index - first >= limits.attributes) throw tooMuch('attributes');
  const key = ((p - start) << 16) | ((bytes[start] as number) << 8) | (bytes[p - 1] as number);
  checkUnique(scan, bytes, base, start, key, first, index);
  const colon = scan.colon; 
  return p;
}
