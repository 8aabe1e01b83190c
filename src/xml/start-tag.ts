// Uses `as number` on typed array elements: these loops run per byte, and every index is below `end`.
/** Start tags and empty-element tags (XML 1.0 §3.1, Namespaces in XML 1.0). */
import {
  AMP,
  APOS,
  BYTE_CLASS,
  COLON,
  CR,
  EQUALS,
  GT,
  LF,
  LT,
  NAME,
  NAME_START,
  QUOT,
  SLASH,
  SPACE,
  TAB,
  VALUE_STOP,
} from './byte-class.ts';
import type { XmlLimits } from './limits.ts';
import { NS_STREAM } from './namespaces.ts';
import { checkAttributePrefixes, colonIn, declareNamespaces, namespaceOf } from './namespace-scope.ts';
import { scanName } from './name.ts';
import { isCanonicalReference, scanReference } from './reference.ts';
import { NAMES } from './intern.ts';
import { ATTRIBUTE_SIZE, CODED, DECLARATION, ODD, UNESCAPED, type Scan, type Scope } from './scan.ts';
import { keepTag } from './tag-cache.ts';
import { utf8Length } from './utf8.ts';
import { notWellFormed, tooMuch } from './xml-error.ts';

/**
 * Index behind the tag at `i`, where there is a `<`; -1 while the bytes up to `end` are only a beginning. Then `scan` is as
 * it was. Otherwise the element is open in it, or `scan.selfClosing` is set.
 * @param base index of the first byte of the element that `scan` is about
 * @throws XmlError
 */
export function scanStartTag(
  scan: Scan,
  bytes: Buffer,
  base: number,
  i: number,
  end: number,
  limits: XmlLimits,
  outer: Scope,
): number {
  const classes = BYTE_CLASS; // a local is read faster than an import
  const nameStart = i + 1;
  let p = nameStart;
  let colon = 0;
  if (p >= end) return -1;
  let byte = bytes[p] as number;
  if ((classes[byte] as number) & NAME_START) {
    do {
      if (++p >= end) return unfinishedName(nameStart, end, limits);
      byte = bytes[p] as number;
    } while ((classes[byte] as number) & NAME);
  }
  if (byte === COLON || byte >= 0x80 || p === nameStart) {
    p = scanName(bytes, nameStart, end);
    if (p < 0) return unfinishedName(nameStart, end, limits);
    colon = colonIn(bytes, nameStart, p);
    byte = bytes[p] as number;
  }
  const nameEnd = p;
  if (nameEnd - nameStart > limits.nameBytes) throw tooMuch('bytes of a name');

  const isRoot = scan.depth === 0;
  const bound = scan.bound;
  const first = isRoot ? 0 : scan.rootAttributes;
  let count = 0;
  let prefixed = colon !== 0;
  let declares = false;
  let odd = false;
  let selfClosing = false;

  for (;;) {
    if (byte === GT) {
      p++;
      break;
    }
    if (byte === SLASH) {
      if (p + 1 >= end) return -1;
      if (bytes[p + 1] !== GT) throw notWellFormed('/ inside a tag');
      selfClosing = true;
      p += 2;
      break;
    }
    if (((classes[byte] as number) & SPACE) === 0) throw notWellFormed('unexpected character in a tag');
    do {
      if (++p >= end) return -1;
      byte = bytes[p] as number;
    } while ((classes[byte] as number) & SPACE);
    if (byte === GT || byte === SLASH) continue;

    // Attribute name
    const start = p;
    let attributeColon = 0;
    if ((classes[byte] as number) & NAME_START) {
      do {
        if (++p >= end) return unfinishedName(start, end, limits);
        byte = bytes[p] as number;
      } while ((classes[byte] as number) & NAME);
    }
    if (byte === COLON || byte >= 0x80 || p === start) {
      p = scanName(bytes, start, end);
      if (p < 0) return unfinishedName(start, end, limits);
      attributeColon = colonIn(bytes, start, p);
      byte = bytes[p] as number;
    }
    const length = p - start;
    if (length > limits.nameBytes) throw tooMuch('bytes of a name');
    if (count >= limits.attributes) throw tooMuch('attributes');

    let flags = 0;
    if (bytes[start] === 0x78 && isDeclaration(bytes, start, p)) {
      flags = DECLARATION;
      declares = true;
    } else if (attributeColon !== 0 && !isXml(bytes, start, attributeColon)) prefixed = true;

    // Nobody may repeat an attribute; compare what is cheap first.
    const key = (length << 16) | ((bytes[start] as number) << 8) | (bytes[p - 1] as number);
    const table = scan.attributes;
    for (let k = first; k < first + count; k++) {
      if (table[k * ATTRIBUTE_SIZE] === key) {
        const other = base + (table[k * ATTRIBUTE_SIZE + 1] as number);
        if (equalBytes(bytes, start, other, length)) throw notWellFormed('attribute given twice');
      }
    }

    while ((classes[byte] as number) & SPACE) {
      if (++p >= end) return -1;
      byte = bytes[p] as number;
    }
    if (byte !== EQUALS) throw notWellFormed('attribute without a value');
    do {
      if (++p >= end) return -1;
      byte = bytes[p] as number;
    } while ((classes[byte] as number) & SPACE);
    if (byte !== APOS && byte !== QUOT) throw notWellFormed('attribute value without quotes');

    const valueStart = ++p;
    scan.valueFlags = flags;
    p = scanValue(scan, bytes, valueStart, end, byte);
    if (p < 0) return -1;
    if (scan.valueFlags & ODD) odd = true;

    scan.reserveAttribute(first + count);
    const at = (first + count) * ATTRIBUTE_SIZE;
    const attributes = scan.attributes;
    attributes[at] = key;
    attributes[at + 1] = start - base;
    attributes[at + 2] = valueStart - base;
    attributes[at + 3] = p - base;
    attributes[at + 4] = scan.valueFlags;
    attributes[at + 5] = attributeColon === 0 ? 0 : attributeColon - base;
    count++;
    if (++p >= end) return -1;
    byte = bytes[p] as number;
  }

  if (isRoot) scan.rootAttributes = count;
  else if (odd) scan.plain = false;
  const declared = declares ? declareNamespaces(scan, bytes, base, first, count, limits, outer) : undefined;
  if (scan.depth < 2 || prefixed) {
    const ns = colon === 0 ? declared : namespaceOf(scan, bytes, nameStart, colon, outer);
    const name = scan.depth < 2 ? NAMES.get(bytes, colon === 0 ? nameStart : colon + 1, nameEnd) : '';
    if (isRoot) {
      scan.rootName = name;
      scan.rootNs = ns ?? outer.defaultNs;
      scan.contentNs = declared ?? outer.defaultNs;
      if (colon !== 0) scan.plain = false;
    } else if (scan.depth === 1) {
      scan.addChild(name, ns ?? scan.contentNs, i - base);
      const isSimple =
        colon === 0 && (count === 0 || (count === 1 && scan.attributes[first * ATTRIBUTE_SIZE + 4] === DECLARATION));
      if (isSimple && scan.bound === bound && ns !== NS_STREAM)
        keepTag(bytes, i, p, name, nameEnd - nameStart, ns, selfClosing);
    }
    if (prefixed) checkAttributePrefixes(scan, bytes, base, first, count, outer);
  }
  openElement(scan, nameStart - base, nameEnd - base, selfClosing, limits);
  return p;
}

/** Open the element whose start tag was read; it may be an empty one. */
export function openElement(
  scan: Scan,
  nameStart: number,
  nameEnd: number,
  selfClosing: boolean,
  limits: XmlLimits,
): void {
  if (scan.elements >= limits.elements) throw tooMuch('elements');
  if (scan.depth >= limits.depth) throw tooMuch('nested elements');
  scan.elements++;
  scan.selfClosing = selfClosing;
  scan.push(nameStart, nameEnd);
}

function unfinishedName(start: number, end: number, limits: XmlLimits): -1 {
  if (end - start > limits.nameBytes) throw tooMuch('bytes of a name');
  return -1;
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

function equalBytes(bytes: Uint8Array, a: number, b: number, length: number): boolean {
  for (let k = 0; k < length; k++) if (bytes[a + k] !== bytes[b + k]) return false;
  return true;
}

/**
 * Scan an attribute value up to its closing quote and add to `scan.valueFlags` what is special about it.
 * @returns index of the quote, or -1
 */
function scanValue(scan: Scan, bytes: Uint8Array, start: number, end: number, quote: number): number {
  const classes = BYTE_CLASS;
  let p = start;
  for (;;) {
    let byte = 0;
    while (p < end && ((classes[(byte = bytes[p] as number)] as number) & VALUE_STOP) === 0) p++;
    if (p >= end) return -1;
    if (byte === quote) return p;
    if (byte === APOS || byte === QUOT || byte === GT) {
      scan.valueFlags |= UNESCAPED;
      p++;
    } else if (byte === AMP) {
      const next = scanReference(bytes, p, end);
      if (next === 0) return -1;
      scan.valueFlags |= isCanonicalReference(bytes, p, next, true) ? CODED : CODED | ODD;
      p = next;
    } else if (byte >= 0x80) {
      const size = utf8Length(bytes, p, end);
      if (size === 0) return -1;
      scan.valueFlags |= CODED;
      p += size;
    } else if (byte === TAB || byte === LF || byte === CR) {
      scan.valueFlags |= CODED | ODD;
      p++;
    } else throw notWellFormed(byte === LT ? '< in an attribute value' : 'control character');
  }
}
