// Uses `as number` on typed array elements: these loops run per byte, and every index is below `end`.
/** Start tags and empty-element tags (XML 1.0 §3.1, Namespaces in XML 1.0). */
import { scanAttribute } from './attribute.ts';
import { BYTE_CLASS, COLON, GT, SLASH, SPACE } from './byte-class.ts';
import { NAMES } from './intern.ts';
import { endOfWord, scanName } from './name.ts';
import { checkAttributePrefixes, declareNamespaces, namespaceOf } from './namespace-scope.ts';
import { NS_STREAM } from './namespaces.ts';
import { DECLARATION, ODD, PREFIXED, type Scan } from './scan.ts';
import { keepTag } from './tag-cache.ts';
import { notWellFormed, tooMuch } from './xml-error.ts';

/**
 * Scan the tag at `i`, where there is a `<`, and open its element in `scan`; it may be an empty one, `scan.selfClosing`.
 * @returns index behind the tag; -1 while the bytes up to `end` are only a beginning, then `scan` is as it was
 * @throws XmlError
 */
export function scanStartTag(scan: Scan, bytes: Buffer, i: number, end: number): number {
  let nameEnd = endOfWord(bytes, i + 1, end);
  let colon = 0;
  if (nameEnd < end && (nameEnd === i + 1 || bytes[nameEnd] === COLON || (bytes[nameEnd] as number) >= 0x80)) {
    nameEnd = scanName(scan, bytes, i + 1, end);
    colon = scan.colon;
  }
  if (nameEnd - i - 1 > scan.limits.nameBytes) throw tooMuch('bytes of a name');
  if (nameEnd >= end) return -1;
  let p = nameEnd;
  scan.first = scan.depth === 0 ? 0 : scan.rootAttributes;
  scan.count = 0;
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
    p = scanAttribute(scan, bytes, p, end);
    if (p < 0 || p >= end) return -1;
  }
  const isEmpty = bytes[p] === SLASH;
  if (isEmpty) {
    if (++p >= end) return -1;
    if (bytes[p] !== GT) throw notWellFormed('/ inside a tag');
  }
  p++;
  resolve(scan, bytes, i, nameEnd, colon, p);
  openElement(scan, i + 1, nameEnd, p, isEmpty);
  return p;
}

/** Find out what the names of the tag from `start` to `end` mean. */
function resolve(scan: Scan, bytes: Buffer, start: number, nameEnd: number, colon: number, end: number): void {
  const { depth, bound, tagFlags, count, outer } = scan;
  const declared = tagFlags & DECLARATION ? declareNamespaces(scan, bytes) : undefined;
  const ns = colon === 0 ? declared : namespaceOf(scan, bytes, start + 1, colon);
  if (tagFlags & PREFIXED) checkAttributePrefixes(scan, bytes);
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
  scan.addChild(name, ns ?? scan.contentNs, start - scan.base);
  const isSimple = colon === 0 && (count === 0 || (count === 1 && tagFlags === DECLARATION));
  if (isSimple && scan.bound === bound && ns !== NS_STREAM) {
    keepTag(bytes, start, end, name, nameEnd - start - 1, ns);
  }
}

/** The start tag of an element, with its name from `nameStart` to `nameEnd`, was read up to `end`. */
export function openElement(scan: Scan, nameStart: number, nameEnd: number, end: number, isEmpty: boolean): void {
  if (scan.elements >= scan.limits.elements) throw tooMuch('elements');
  if (scan.depth >= scan.limits.depth) throw tooMuch('nested elements');
  scan.elements++;
  scan.selfClosing = isEmpty;
  if (isEmpty && scan.depth > 0) scan.close(end - scan.base);
  else scan.push(nameStart - scan.base, nameEnd - scan.base);
}
