// Uses `as number` on typed array elements: these loops run per byte, and every index is below `end`.
/** Start tags and empty-element tags (XML 1.0 §3.1, Namespaces in XML 1.0). */
import { scanAttribute } from './attribute.ts';
import { BYTE_CLASS, GT, SLASH, SPACE } from './byte-class.ts';
import { NAMES } from './intern.ts';
import type { XmlLimits } from './limits.ts';
import { scanName } from './name.ts';
import { checkAttributePrefixes, declareNamespaces, namespaceOf } from './namespace-scope.ts';
import { NS_STREAM } from './namespaces.ts';
import { DECLARATION, ODD, PREFIXED, type Scan, type Scope } from './scan.ts';
import { keepTag } from './tag-cache.ts';
import { notWellFormed, tooMuch } from './xml-error.ts';

/**
 * Scan the tag at `i`, where there is a `<`, and open its element in `scan`; it may be an empty one, `scan.selfClosing`.
 * @param base index of the first byte of the element that `scan` is about
 * @returns index behind the tag; -1 while the bytes up to `end` are only a beginning, then `scan` is as it was
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
  const nameEnd = scanName(scan, bytes, i + 1, end, limits);
  if (nameEnd < 0) return -1;
  const colon = scan.colon;
  const first = scan.depth === 0 ? 0 : scan.rootAttributes;
  let index = first;
  let p = nameEnd;
  scan.tagFlags = 0;
  for (;;) {
    let byte = bytes[p] as number;
    if (byte === GT || byte === SLASH) break;
    if (((BYTE_CLASS[byte] as number) & SPACE) === 0) throw notWellFormed('unexpected character in a tag');
    do {
      if (++p >= end) return -1;
      byte = bytes[p] as number;
    } while ((BYTE_CLASS[byte] as number) & SPACE);
    if (byte === GT || byte === SLASH) break;
    p = scanAttribute(scan, bytes, base, p, end, limits, first, index);
    if (p < 0 || p >= end) return -1;
    index++;
  }
  const isEmpty = bytes[p] === SLASH;
  if (isEmpty) {
    if (++p >= end) return -1;
    if (bytes[p] !== GT) throw notWellFormed('/ inside a tag');
  }
  p++;
  resolve(scan, bytes, base, i, nameEnd, colon, p, first, index - first, limits, outer);
  openElement(scan, i + 1 - base, nameEnd - base, isEmpty, limits);
  return p;
}

/** Find out what the names of a tag mean. */
function resolve(
  scan: Scan,
  bytes: Buffer,
  base: number,
  start: number,
  nameEnd: number,
  colon: number,
  end: number,
  first: number,
  count: number,
  limits: XmlLimits,
  outer: Scope,
): void {
  const { depth, bound, tagFlags } = scan;
  const declared =
    tagFlags & DECLARATION ? declareNamespaces(scan, bytes, base, first, count, limits, outer) : undefined;
  const ns = colon === 0 ? declared : namespaceOf(scan, bytes, start + 1, colon, outer);
  if (tagFlags & PREFIXED) checkAttributePrefixes(scan, bytes, base, first, count, outer);
  if (depth === 0) {
    scan.rootName = NAMES.get(bytes, colon === 0 ? start + 1 : colon + 1, nameEnd);
    scan.contentNs = declared ?? outer.defaultNs;
    scan.rootNs = ns ?? outer.defaultNs;
    scan.rootAttributes = count;
    if (colon !== 0) scan.plain = false;
    return;
  }
  if (tagFlags & ODD) scan.plain = false;
  if (depth > 1) return;
  const name = NAMES.get(bytes, colon === 0 ? start + 1 : colon + 1, nameEnd);
  scan.addChild(name, ns ?? scan.contentNs, start - base);
  const isSimple = colon === 0 && (count === 0 || (count === 1 && tagFlags === DECLARATION));
  if (isSimple && scan.bound === bound && ns !== NS_STREAM) {
    keepTag(bytes, start, end, name, nameEnd - start - 1, ns);
  }
}

/** Open the element whose start tag was read. */
export function openElement(scan: Scan, nameStart: number, nameEnd: number, isEmpty: boolean, limits: XmlLimits): void {
  if (scan.elements >= limits.elements) throw tooMuch('elements');
  if (scan.depth >= limits.depth) throw tooMuch('nested elements');
  scan.elements++;
  scan.selfClosing = isEmpty;
  scan.push(nameStart, nameEnd);
}
