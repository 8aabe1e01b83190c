// Uses `as` on array elements: indexes are below the counts kept beside them.
/** Namespaces in XML 1.0: declarations of a tag, what its names belong to. */
import { decodeValue } from './decode.ts';
import { NAMES } from './intern.ts';
import { NS_STREAM, NS_XML, NS_XMLNS } from './namespaces.ts';
import { ATTRIBUTE_SIZE, CODED, DECLARATION, type Scan } from './scan.ts';
import { notWellFormed, tooMuch } from './xml-error.ts';

/**
 * Take in the namespace declarations of a tag that is about to be opened.
 * @returns the default namespace it declares, if it does
 * @throws XmlError
 */
export function declareNamespaces(scan: Scan, bytes: Buffer): string | undefined {
  const { base, first, count, limits, outer } = scan;
  let defaultNs: string | undefined;
  for (let k = first; k < first + count; k++) {
    const at = k * ATTRIBUTE_SIZE;
    const flags = scan.attributes[at + 4] as number;
    if ((flags & DECLARATION) === 0) continue;
    const uri = uriOf(scan, bytes, at);
    const colon = scan.attributes[at + 5] as number;
    if (colon === 0) defaultNs = uri;
    const prefix = colon === 0 ? '' : NAMES.get(bytes, base + colon + 1, base + nameEndOf(scan, at));
    checkBinding(prefix, uri);
    if (uri === NS_STREAM && scan.depth > 0) scan.plain = false;
    if (prefix === '' || prefix === 'xml') continue;
    if (scan.bound + outer.prefixes.size >= limits.namespaces) throw tooMuch('namespace declarations');
    scan.bind(prefix, uri);
  }
  return defaultNs;
}

/** Namespaces in XML 1.0 §2.2, §3: reserved prefixes and names; a prefix cannot be unbound. */
function checkBinding(prefix: string, uri: string): void {
  if (prefix === 'xml' ? uri !== NS_XML : uri === NS_XML) throw notWellFormed('misuse of the namespace of xml:');
  if (prefix === 'xmlns' || uri === NS_XMLNS) throw notWellFormed('misuse of the namespace of xmlns:');
  if (prefix !== '' && uri === '') throw notWellFormed('prefix bound to nothing');
}

/**
 * The namespace of a prefix (`bytes` from `start` to `end`) in the tag that is about to be opened.
 * @throws XmlError if it is not bound
 */
export function namespaceOf(scan: Scan, bytes: Buffer, start: number, end: number): string {
  const prefix = NAMES.get(bytes, start, end);
  if (prefix === 'xml') return NS_XML;
  for (let k = scan.bound - 1; k >= 0; k--) {
    if (scan.prefixes[k] === prefix) {
      if (scan.boundAt[k] === 1 && scan.depth > 0) scan.plain = false; // by the root, whose tag is written anew
      return scan.uris[k] as string;
    }
  }
  const uri = scan.outer.prefixes.get(prefix);
  if (uri === undefined) throw notWellFormed('prefix that is not declared');
  if (scan.depth > 0) scan.plain = false;
  return uri;
}

/** Check that the prefixes of attributes are bound and no two attributes are the same (Namespaces in XML 1.0 §6.3). */
export function checkAttributePrefixes(scan: Scan, bytes: Buffer): void {
  const { first, count } = scan;
  const seen: string[] = [];
  for (let k = first; k < first + count; k++) {
    const at = k * ATTRIBUTE_SIZE;
    const colon = scan.attributes[at + 5] as number;
    if (colon === 0 || (scan.attributes[at + 4] as number) & DECLARATION) continue;
    const name = attributeName(scan, bytes, k);
    if (seen.includes(name)) throw notWellFormed('attribute given twice');
    seen.push(name);
  }
}

/** What `scanStartTag` makes of the names `to` and `id`: length, first and last byte. */
const KEY_TO = 0x02746f;
const KEY_ID = 0x026964;
const KEY_TYPE = 0x047465;

/** Name of attribute `k` of the scan as `Attributes` has it. */
export function attributeName(scan: Scan, bytes: Buffer, k: number): string {
  const { base } = scan;
  const at = k * ATTRIBUTE_SIZE;
  const start = base + (scan.attributes[at + 1] as number);
  const end = base + nameEndOf(scan, at);
  const key = scan.attributes[at] as number;
  if (key === KEY_TO) return 'to';
  if (key === KEY_ID) return 'id';
  if (key === KEY_TYPE && bytes[start + 1] === 0x79 && bytes[start + 2] === 0x70) return 'type';
  const colon = scan.attributes[at + 5] as number;
  if (colon === 0) return NAMES.get(bytes, start, end);
  const uri = namespaceOf(scan, bytes, start, base + colon);
  return uri === NS_XML ? NAMES.get(bytes, start, end) : `{${uri}}${NAMES.get(bytes, base + colon + 1, end)}`;
}

function nameEndOf(scan: Scan, at: number): number {
  return (scan.attributes[at + 1] as number) + ((scan.attributes[at] as number) >>> 16);
}

function uriOf(scan: Scan, bytes: Buffer, at: number): string {
  const { base } = scan;
  const start = base + (scan.attributes[at + 2] as number);
  const end = base + (scan.attributes[at + 3] as number);
  if (start === end) return '';
  return (scan.attributes[at + 4] as number) & CODED ? decodeValue(bytes, start, end) : NAMES.get(bytes, start, end);
}
