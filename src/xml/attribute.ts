// Uses `as number` on typed array elements: these loops run per byte, and every index is below `end`.
/** One attribute of a start tag (XML 1.0 §3.1). */
import { AMP, APOS, BYTE_CLASS, COLON, CR, EQUALS, GT, LF, LT, QUOT, SPACE, TAB, VALUE_STOP } from './byte-class.ts';
import { endOfWord, scanName } from './name.ts';
import { isCanonicalReference, scanReference } from './reference.ts';
import { ATTRIBUTE_SIZE, CODED, DECLARATION, ODD, PREFIXED, UNESCAPED, type Scan } from './scan.ts';
import { utf8Length } from './utf8.ts';
import { notWellFormed, tooMuch } from './xml-error.ts';

/**
 * Scan the attribute at `start` and note it as the next one of its tag.
 * @returns index behind its closing quote, or -1 while the bytes up to `end` are only a beginning
 * @throws XmlError
 */
export function scanAttribute(scan: Scan, bytes: Uint8Array, start: number, end: number): number {
  const { limits, base } = scan;
  let p = endOfWord(bytes, start, end);
  let colon = 0;
  if (p < end && (p === start || bytes[p] === COLON || (bytes[p] as number) >= 0x80)) {
    p = scanName(scan, bytes, start, end);
    colon = scan.colon;
  }
  if (p - start > limits.nameBytes) throw tooMuch('bytes of a name');
  if (p >= end) return -1;
  const key = ((p - start) << 16) | ((bytes[start] as number) << 8) | (bytes[p - 1] as number);
  if (scan.count >= limits.attributes) throw tooMuch('attributes');
  checkUnique(scan, bytes, start, key);
  let kind = 0;
  if (bytes[start] === 0x78 && isDeclaration(bytes, start, p)) kind = DECLARATION;
  else if (colon !== 0 && !isXml(bytes, start, colon)) kind = PREFIXED;

  if (bytes[p] !== EQUALS) {
    p = skipSpace(bytes, p, end);
    if (p >= end) return -1;
    if (bytes[p] !== EQUALS) throw notWellFormed('attribute without a value');
  }
  if (++p >= end) return -1;
  let quote = bytes[p] as number;
  if (quote !== APOS && quote !== QUOT) {
    p = skipSpace(bytes, p, end);
    if (p >= end) return -1;
    quote = bytes[p] as number;
  }
  if (quote !== APOS && quote !== QUOT) throw notWellFormed('attribute value without quotes');
  const close = scanValue(scan, bytes, p + 1, end, quote);
  if (close < 0) return -1;

  const flags = scan.valueFlags | kind;
  const at = scan.addAttribute();
  const attributes = scan.attributes;
  attributes[at] = key;
  attributes[at + 1] = start - base;
  attributes[at + 2] = p + 1 - base;
  attributes[at + 3] = close - base;
  attributes[at + 4] = flags;
  attributes[at + 5] = colon === 0 ? 0 : colon - base;
  scan.tagFlags |= flags;
  return close + 1;
}

/** No tag may repeat the name of an attribute. Compares what is cheap first. */
function checkUnique(scan: Scan, bytes: Uint8Array, start: number, key: number): void {
  const { attributes, first, count, base } = scan;
  for (let k = first; k < first + count; k++) {
    if (attributes[k * ATTRIBUTE_SIZE] !== key) continue;
    const other = base + (attributes[k * ATTRIBUTE_SIZE + 1] as number);
    if (equalBytes(bytes, start, other, key >>> 16)) throw notWellFormed('attribute given twice');
  }
}

function equalBytes(bytes: Uint8Array, a: number, b: number, length: number): boolean {
  for (let k = 0; k < length; k++) if (bytes[a + k] !== bytes[b + k]) return false;
  return true;
}

function skipSpace(bytes: Uint8Array, start: number, end: number): number {
  let p = start;
  while (p < end && (BYTE_CLASS[bytes[p] as number] as number) & SPACE) p++;
  return p;
}

/**
 * Scan an attribute value up to its closing quote and leave in `scan.valueFlags` what is special about it.
 * @returns index of the quote, or -1
 */
function scanValue(scan: Scan, bytes: Uint8Array, start: number, end: number, quote: number): number {
  const classes = BYTE_CLASS; // a local is read faster than an import
  let flags = 0;
  let p = start;
  for (;;) {
    let byte = 0;
    while (p < end && ((classes[(byte = bytes[p] as number)] as number) & VALUE_STOP) === 0) p++;
    if (p >= end) return -1;
    if (byte === quote) {
      scan.valueFlags = flags;
      return p;
    }
    if (byte === APOS || byte === QUOT || byte === GT) {
      flags |= UNESCAPED;
      p++;
    } else if (byte === AMP) {
      const next = scanReference(bytes, p, end);
      if (next === 0) return -1;
      flags |= isCanonicalReference(bytes, p, next, true) ? CODED : CODED | ODD;
      p = next;
    } else if (byte >= 0x80) {
      const length = utf8Length(bytes, p, end);
      if (length === 0) return -1;
      flags |= CODED;
      p += length;
    } else if (byte === TAB || byte === LF || byte === CR) {
      flags |= CODED | ODD;
      p++;
    } else throw notWellFormed(byte === LT ? '< in an attribute value' : 'control character');
  }
}

/** `xmlns` or `xmlns:` and more. */
function isDeclaration(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    end - start >= 5 &&
    bytes[start + 1] === 0x6d &&
    bytes[start + 2] === 0x6c &&
    bytes[start + 3] === 0x6e &&
    bytes[start + 4] === 0x73 &&
    (end - start === 5 || bytes[start + 5] === COLON)
  );
}

/** Is the prefix `xml`, which needs no declaration? */
function isXml(bytes: Uint8Array, start: number, colon: number): boolean {
  return colon - start === 3 && bytes[start] === 0x78 && bytes[start + 1] === 0x6d && bytes[start + 2] === 0x6c;
}
