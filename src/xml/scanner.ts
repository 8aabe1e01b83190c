// Uses `as number` on typed array elements: these loops run per byte, and every index is below `end`.
/**
 * The scanner: one pass over the bytes of an element that checks everything RFC 6120 §11 asks and notes where things are.
 *
 * It accepts XML 1.0 in UTF-8 with namespaces, without document type, processing instructions, comments and entities of
 * one's own (§11.1).
 */
import {
  AMP,
  APOS,
  BANG,
  BRACKET,
  BYTE_CLASS,
  CR,
  GT,
  LT,
  QUESTION,
  QUOT,
  SLASH,
  SPACE,
  TEXT_STOP,
} from './byte-class.ts';
import type { XmlLimits } from './limits.ts';
import { isCanonicalReference, scanReference } from './reference.ts';
import type { Scan, Scope } from './scan.ts';
import { openElement, scanStartTag } from './start-tag.ts';
import { knownTag } from './tag-cache.ts';
import { utf8Length } from './utf8.ts';
import { XmlError, notWellFormed } from './xml-error.ts';

/** A cut tag of less than this many bytes is simply scanned from its start whenever more comes. */
const SHORT_TAG = 512;

const CDATA_START = Buffer.from('<![CDATA[');

/**
 * Scan an element, from where `scan` stands.
 * @param base index of its first byte, a `<`
 * @returns the index behind it, or -1 while the bytes up to `end` are only a beginning; then call again with more, from the
 *   same first byte on, at whatever index it is by then
 * @throws XmlError
 */
export function scanElement(
  scan: Scan,
  bytes: Buffer,
  base: number,
  end: number,
  limits: XmlLimits,
  outer: Scope,
): number {
  const classes = BYTE_CLASS;
  let i = base + scan.next;
  if (scan.depth === 0) {
    i = scanRootTag(scan, bytes, base, end, limits, outer);
    if (i < 0 || scan.selfClosing) return i;
  }
  scan.base = base;
  scan.limits = limits;
  for (;;) {
    if (scan.inCdata) {
      i = scanCdata(scan, bytes, i, end);
      if (scan.inCdata) return stop(scan, i - base);
    }
    let byte = 0;
    while (i < end && ((classes[(byte = bytes[i] as number)] as number) & TEXT_STOP) === 0) i++;
    if (i >= end) return stop(scan, i - base);
    if (byte === LT) {
      if (i + 1 >= end) return stopInTag(scan, i - base, end - base);
      const kind = bytes[i + 1] as number;
      if (kind === SLASH) {
        const next = scanEndTag(scan, bytes, i, end);
        if (next < 0) return stopInTag(scan, i - base, end - base);
        scan.depth--;
        scan.close(next - base);
        if (scan.depth === 0) {
          scan.contentEnd = i - base;
          return next;
        }
        i = next;
      } else if (kind === BANG) {
        if (!isCdataStart(bytes, i, end)) return stopInTag(scan, i - base, end - base);
        scan.inCdata = true;
        scan.plain = false;
        i += CDATA_START.length;
      } else if (kind === QUESTION) throw new XmlError('restricted-xml', 'processing instruction');
      else {
        const next = scanTag(scan, bytes, i, end);
        if (next < 0) return stopInTag(scan, i - base, end - base);
        i = next;
      }
    } else if (byte >= 0x80) {
      const length = utf8Length(bytes, i, end);
      if (length === 0) return stop(scan, i - base);
      i += length;
    } else if (byte === AMP) {
      const next = scanReference(bytes, i, end);
      if (next === 0) return stop(scan, i - base);
      if (!isCanonicalReference(bytes, i, next, false)) scan.plain = false;
      i = next;
    } else if (byte === GT) {
      // What precedes a text begins with none of these, so looking back needs no bounds.
      if (bytes[i - 1] === BRACKET && bytes[i - 2] === BRACKET) throw notWellFormed(']]> in character data');
      i++;
    } else if (byte === CR) {
      scan.plain = false;
      i++;
    } else throw notWellFormed('control character');
  }
}

/** Scan only the start tag of an element, likewise. */
export function scanRootTag(
  scan: Scan,
  bytes: Buffer,
  base: number,
  end: number,
  limits: XmlLimits,
  outer: Scope,
): number {
  scan.base = base;
  scan.limits = limits;
  scan.outer = outer;
  const next = scanStartTag(scan, bytes, base, end);
  if (next < 0) return stopInTag(scan, 0, end - base);
  scan.contentStart = next - base;
  scan.contentEnd = next - base;
  return next;
}

/** Scan the start tag at `i`, inside the root, or recognise it. */
function scanTag(scan: Scan, bytes: Buffer, i: number, end: number): number {
  const known = knownTag(bytes, i, end);
  if (known === undefined || known.nameLength > scan.limits.nameBytes || scan.limits.attributes < 1) {
    return scanStartTag(scan, bytes, i, end);
  }
  if (scan.depth === 1) scan.addChild(known.name, known.ns ?? scan.contentNs, i - scan.base);
  openElement(scan, i + 1, i + 1 + known.nameLength, i + known.length, known.isEmpty);
  return i + known.length;
}

function stop(scan: Scan, next: number): -1 {
  scan.next = next;
  scan.cutAt = -1;
  return -1;
}

/** Stopped in a tag which begins at `next`, of which bytes up to `seen` are there. */
function stopInTag(scan: Scan, next: number, seen: number): -1 {
  if (scan.cutAt !== next) {
    scan.next = next;
    scan.cutAt = next;
    scan.cutSeen = next;
    scan.cutQuote = 0;
  }
  scan.cutAgain = seen - next < SHORT_TAG ? 0 : (seen - next) * 2;
  return -1;
}

/** Index behind the end tag at `i` if it is all there, or -1. */
function scanEndTag(scan: Scan, bytes: Buffer, i: number, end: number): number {
  const top = scan.depth * 2 - 2;
  const name = scan.base + (scan.open[top] as number);
  const length = (scan.open[top + 1] as number) - (scan.open[top] as number);
  let p = i + 2;
  const there = Math.min(length, end - p);
  for (let k = 0; k < there; k++) {
    if (bytes[p + k] !== bytes[name + k]) throw notWellFormed('end tag of an element that is not open');
  }
  p += there;
  while (p < end && (BYTE_CLASS[bytes[p] as number] as number) & SPACE) p++;
  if (p >= end) return -1;
  if (bytes[p] !== GT) throw notWellFormed('malformed end tag');
  return p + 1;
}

/** Does a CDATA section begin at `i`, where there is `<!`? False if the bytes up to `end` do not tell. */
function isCdataStart(bytes: Buffer, i: number, end: number): boolean {
  for (let k = 2; k < CDATA_START.length; k++) {
    if (i + k >= end) return false;
    if (bytes[i + k] !== CDATA_START[k]) throw new XmlError('restricted-xml', 'comment or document type declaration');
  }
  return true;
}

/** Go on inside a CDATA section. Index behind its end, or of the first byte that cannot be judged yet. */
function scanCdata(scan: Scan, bytes: Buffer, from: number, end: number): number {
  let i = from;
  while (i < end) {
    const byte = bytes[i] as number;
    if (byte === BRACKET) {
      if (i + 2 >= end && (i + 1 >= end || bytes[i + 1] === BRACKET)) return i;
      if (bytes[i + 1] === BRACKET && bytes[i + 2] === GT) {
        scan.inCdata = false;
        return i + 3;
      }
      i++;
    } else if (byte >= 0x80) {
      const length = utf8Length(bytes, i, end);
      if (length === 0) return i;
      i += length;
    } else if (byte < 0x20 && ((BYTE_CLASS[byte] as number) & SPACE) === 0) throw notWellFormed('control character');
    else i++;
  }
  return i;
}

/**
 * Is it worth to go on, the bytes up to `end` being there now? Not while a long cut tag has no end: it would be scanned
 * from its start again and again. Lest an error hides in it for long, it is each time its length has doubled.
 */
export function isWorthScanning(scan: Scan, bytes: Buffer, base: number, end: number): boolean {
  if (scan.cutAt < 0) return true;
  let quote = scan.cutQuote;
  for (let i = base + scan.cutSeen; i < end; i++) {
    const byte = bytes[i] as number;
    if (quote !== 0) {
      if (byte === quote) quote = 0;
    } else if (byte === GT) return true;
    else if (byte === QUOT || byte === APOS) quote = byte;
  }
  scan.cutSeen = end - base;
  scan.cutQuote = quote;
  return end - base - scan.next >= scan.cutAgain;
}
