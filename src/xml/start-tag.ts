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
import { checkAttributePrefixes, colonIn, declareNamespaces, namespaceOf } from './namespace-scope.ts';
import { scanName } from './name.ts';
import { isCanonicalReference, scanReference } from './reference.ts';
import { NAMES } from './intern.ts';
import { ATTRIBUTE_SIZE, CODED, DECLARATION, type Scan, type Scope } from './scan.ts';
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
  const first = isRoot ? 0 : scan.rootAttributes;
  let count = 0;
  let prefixed = colon !== 0;
  let declares = false;
  let plain = true;
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

    // Attribute value
    const quote = byte;
    const valueStart = ++p;
    for (;;) {
      while (p < end && ((classes[(byte = bytes[p] as number)] as number) & VALUE_STOP) === 0) p++;
      if (p >= end) return -1;
      if (byte === quote) break;
      if (byte === APOS || byte === QUOT || byte === GT) p++;
      else if (byte === AMP) {
        const next = scanReference(bytes, p, end);
        if (next === 0) return -1;
        if (!isCanonicalReference(bytes, p, next, true)) plain = false;
        flags |= CODED;
        p = next;
      } else if (byte >= 0x80) {
        const size = utf8Length(bytes, p, end);
        if (size === 0) return -1;
        flags |= CODED;
        p += size;
      } else if (byte === TAB || byte === LF || byte === CR) {
        flags |= CODED;
        plain = false;
        p++;
      } else throw notWellFormed(byte === LT ? '< in an attribute value' : 'control character');
    }

    scan.reserveAttribute(first + count);
    const at = (first + count) * ATTRIBUTE_SIZE;
    const attributes = scan.attributes;
    attributes[at] = key;
    attributes[at + 1] = start - base;
    attributes[at + 2] = valueStart - base;
    attributes[at + 3] = p - base;
    attributes[at + 4] = flags;
    attributes[at + 5] = attributeColon === 0 ? 0 : attributeColon - base;
    count++;
    if (++p >= end) return -1;
    byte = bytes[p] as number;
  }

  if (scan.elements >= limits.elements) throw tooMuch('elements');
  if (scan.depth >= limits.depth) throw tooMuch('nested elements');
  if (isRoot) scan.rootAttributes = count;
  else if (!plain) scan.plain = false;

  const declared = declares ? declareNamespaces(scan, bytes, base, first, count, limits, outer) : undefined;
  if (scan.depth < 2 || prefixed) {
    const ns =
      colon !== 0
        ? namespaceOf(scan, bytes, nameStart, colon, outer)
        : (declared ?? (isRoot ? outer.defaultNs : scan.contentNs));
    const name = scan.depth < 2 ? NAMES.get(bytes, colon === 0 ? nameStart : colon + 1, nameEnd) : '';
    if (isRoot) {
      scan.rootName = name;
      scan.rootNs = ns;
      scan.contentNs = declared ?? outer.defaultNs;
      if (colon !== 0) scan.plain = false;
    } else if (scan.depth === 1) scan.addChild(name, ns, i - base);
    if (prefixed) checkAttributePrefixes(scan, bytes, base, first, count, outer);
  }
  scan.elements++;
  scan.selfClosing = selfClosing;
  scan.push(nameStart - base, nameEnd - base);
  return p;
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
