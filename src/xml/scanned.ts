// Uses `as` on array elements: indexes are below the counts kept beside them.
/** From a finished scan to objects that outlive the bytes it was about. */
import { BRACE, SLASH } from './byte-class.ts';
import { decodeValue } from './decode.ts';
import { NAMES, VALUES } from './intern.ts';
import { attributeName } from './namespace-scope.ts';
import { ATTRIBUTE_SIZE, CODED, DECLARATION, type Scan } from './scan.ts';
import { ScannedContent } from './scanned-content.ts';
import { Stanza, type AttributeList } from './stanza.ts';
import { StreamHeader } from './stream-header.ts';

/** The stanza that was scanned, its bytes ending at `end`. */
export function stanzaOf(scan: Scan, bytes: Buffer, end: number): Stanza {
  const source = bytes.toString('latin1', scan.base, end);
  const children = scan.children.slice(0, scan.childCount * 4);
  const scope = scan.plain ? undefined : { defaultNs: scan.contentNs, prefixes: rootPrefixes(scan) };
  const content = new ScannedContent(scan.rootNs, source, scan.contentStart, scan.contentEnd, children, scope);
  const attributes = rootAttributes(scan, bytes, source);
  return new Stanza(scan.rootName, scan.rootNs, attributes, content, attributesAsWritten(scan, source, attributes));
}

/** The attributes of the root as they were written, if they mean the same in any place and need no escaping. */
function attributesAsWritten(scan: Scan, source: string, attributes: AttributeList): string | undefined {
  for (let k = 0; k < scan.rootAttributes; k++) {
    if (scan.attributes[k * ATTRIBUTE_SIZE + 4] !== 0) return undefined; // a declaration, or not as we write it
  }
  for (let k = 0; k < attributes.length; k += 2) {
    if ((attributes[k] as string).charCodeAt(0) === BRACE) return undefined; // a prefix of the stream
  }
  const end = scan.contentStart - (source.charCodeAt(scan.contentStart - 2) === SLASH ? 2 : 1);
  return source.slice(scan.open[1], end);
}

/** The stream header whose start tag was scanned. */
export function headerOf(scan: Scan, bytes: Buffer): StreamHeader {
  const { base } = scan;
  const list = rootAttributes(scan, bytes, bytes.toString('latin1', scan.base, scan.base + scan.contentStart));
  const attrs = new Map<string, string>();
  for (let k = 0; k < list.length; k += 2) attrs.set(list[k] as string, list[k + 1] as string);
  const tag = bytes.toString('latin1', base + (scan.open[0] as number), base + (scan.open[1] as number));
  return new StreamHeader(scan.rootName, scan.rootNs, attrs, scan.contentNs, rootPrefixes(scan), tag);
}

/**
 * Attributes of the root, names and values alternating, without namespace declarations.
 * @param source what was scanned, as latin1: an id, which is never seen twice, is cut out of it
 */
function rootAttributes(scan: Scan, bytes: Buffer, source: string): AttributeList {
  const list = new Array<string>(scan.rootAttributes * 2); // grown by pushing it would be three times as large
  let length = 0;
  for (let k = 0; k < scan.rootAttributes; k++) {
    const at = k * ATTRIBUTE_SIZE;
    const flags = scan.attributes[at + 4] as number;
    if (flags & DECLARATION) continue;
    const name = attributeName(scan, bytes, k);
    const isOwn = name === 'id' && (flags & CODED) === 0;
    list[length++] = name;
    list[length++] = isOwn
      ? source.slice(scan.attributes[at + 2], scan.attributes[at + 3])
      : attributeValue(scan, bytes, k, name);
  }
  list.length = length;
  return list;
}

/** Value of attribute `k` of the root, which has that name. */
export function attributeValue(scan: Scan, bytes: Buffer, k: number, name: string): string {
  const { base } = scan;
  const at = k * ATTRIBUTE_SIZE;
  const start = base + (scan.attributes[at + 2] as number);
  const end = base + (scan.attributes[at + 3] as number);
  if (start === end) return '';
  if ((scan.attributes[at + 4] as number) & CODED) return decodeValue(bytes, start, end);
  if (name === 'id') return bytes.toString('latin1', start, end); // never seen twice
  return name === 'type' || name === 'xml:lang' ? NAMES.get(bytes, start, end) : VALUES.get(bytes, start, end);
}

/** Prefixes that hold in the content of the root. */
function rootPrefixes(scan: Scan): ReadonlyMap<string, string> {
  const { outer } = scan;
  if (scan.bound === 0) return outer.prefixes; // only those of the root are left
  const prefixes = new Map(outer.prefixes);
  for (let k = 0; k < scan.bound; k++) prefixes.set(scan.prefixes[k] as string, scan.uris[k] as string);
  return prefixes;
}
