/**
 * Trees as bytes on the wire.
 *
 * Namespaces are written as default namespaces, attributes of a foreign namespace get a generated prefix. The output is
 * well-formed whatever the tree holds: names that are none throw, characters that XML cannot express become U+FFFD.
 */
import { BRACE } from './byte-class.ts';
import type { Element, Node } from './element.ts';
import { textToWire, toWire, valueToWire } from './escape.ts';
import { NS_XML } from './namespaces.ts';

/** Namespaces that are bound to prefixes where the output will stand: namespace to prefix. */
export type Prefixes = ReadonlyMap<string, string>;

/**
 * An element as latin1 bytes.
 * @param outerNs the default namespace where it will stand; its `xmlns` is left out if it is the same
 * @param prefixes namespaces to write with a prefix that is declared there
 * @throws TypeError for a name that XML does not allow
 */
export function serialise(element: Element, outerNs: string, prefixes?: Prefixes): string {
  const { name, ns, attrs, children } = element;
  const prefix = ns === NS_XML ? 'xml' : prefixes?.get(ns);
  const tag = prefix === undefined ? nameToWire(name) : `${prefix}:${nameToWire(name)}`;
  const inner = prefix === undefined ? ns : outerNs;
  let out = `<${tag}`;
  if (inner !== outerNs) out += ` xmlns='${valueToWire(inner)}'`;
  let serial = 0;
  for (const [key, value] of attrs) out += serialiseAttribute(key, value, ++serial);
  const content = serialiseNodes(children, inner, prefixes);
  return content === '' ? `${out}/>` : `${out}>${content}</${tag}>`;
}

/** Content of an element, likewise; `ns` is the default namespace inside it. */
export function serialiseNodes(nodes: readonly Node[], ns: string, prefixes?: Prefixes): string {
  let out = '';
  for (const node of nodes) out += typeof node === 'string' ? textToWire(node) : serialise(node, ns, prefixes);
  return out;
}

/** An attribute, with a space before it. `serial` makes a generated prefix unique in its tag. */
export function serialiseAttribute(name: string, value: string, serial: number): string {
  if (name.charCodeAt(0) === BRACE) return foreignAttribute(name, value, serial);
  return ` ${attributeNameToWire(name)}='${valueToWire(value)}'`;
}

function foreignAttribute(name: string, value: string, serial: number): string {
  const close = name.lastIndexOf('}');
  const uri = name.slice(1, close);
  const local = nameToWire(name.slice(close + 1));
  if (uri === NS_XML) return ` xml:${local}='${valueToWire(value)}'`;
  return ` xmlns:ns${serial}='${valueToWire(uri)}' ns${serial}:${local}='${valueToWire(value)}'`;
}

function attributeNameToWire(name: string): string {
  if (name.startsWith('xml:')) return `xml:${nameToWire(name.slice('xml:'.length))}`;
  if (name === 'xmlns') throw new TypeError('a namespace declaration is not an attribute');
  return nameToWire(name);
}

/** What a name cannot contain or begin with. Which letters it may contain the parser has checked, or our own code knows. */
const NOT_IN_NAMES = /^[-.\d]|[\0-,/:-@[-^`{-\x7f]/;

/** Names as they are written, of those asked for lately. */
const KNOWN_NAMES = new Map<string, string>();
const MAX_KNOWN_NAMES = 1024;

/** A name without a prefix as it is written. */
export function nameToWire(name: string): string {
  const known = KNOWN_NAMES.get(name);
  if (known !== undefined) return known;
  if (name === '' || NOT_IN_NAMES.test(name)) throw new TypeError(`not a name in XML: ${JSON.stringify(name)}`);
  const wire = toWire(name);
  if (KNOWN_NAMES.size >= MAX_KNOWN_NAMES) KNOWN_NAMES.clear();
  if (name.length <= 64) KNOWN_NAMES.set(name, wire);
  return wire;
}
