/** Random trees, and the many legal ways to write one. */
import { Element, type Node } from '../../src/xml/element.ts';
import { NS_CLIENT, NS_STREAM, NS_XML } from '../../src/xml/namespaces.ts';
import type { Random } from './xml-random.ts';

const NAMES = ['message', 'body', 'x', 'to', 'query', 'a.b-c_d', 'é', '名前', 'x\u00b7', 'constructor'] as const;
const NAMESPACES = [NS_CLIENT, NS_CLIENT, 'urn:x', 'urn:x?a=1&b=2', '', NS_STREAM, NS_XML, '__proto__'] as const;
const ATTRIBUTES = [
  'to',
  'from',
  'id',
  'type',
  'xml:lang',
  'é',
  '{urn:a}to',
  '{urn:b}to',
  '{urn:&<>}x',
  '__proto__',
] as const;
const TEXTS = [
  ...['hello', ' ', '\n', '\t', '\r', '\r\n', '&', '<', '>', '"', "'", ']]>', ']]', 'é', '\u0085', '\u2028', '\u007f'],
  ...['\u{1F600}', '\ufeff', '\ufffd', '&amp;', '</body>', '<!--', "'/><presence/>", 'x'.repeat(40)],
];

/** Some text, possibly empty, of characters that XML can express. */
export function randomText(random: Random): string {
  let text = '';
  for (let n = random.below(4); n > 0; n--) text += TEXTS[random.below(TEXTS.length)] ?? '';
  return text;
}

/** An element with up to `depth` levels below it. */
export function randomElement(random: Random, depth = 3): Element {
  const attrs = new Map<string, string>();
  for (let n = random.below(4); n > 0; n--) attrs.set(random.pick(ATTRIBUTES), randomText(random));
  const children: Node[] = [];
  for (let n = random.below(depth > 0 ? 5 : 2); n > 0; n--) {
    children.push(depth === 0 || random.oneIn(3) ? randomText(random) : randomElement(random, depth - 1));
  }
  return new Element(random.pick(NAMES), random.pick(NAMESPACES), attrs, children);
}

/** Namespaces in force: prefix to namespace, '' being the default. */
type Scope = ReadonlyMap<string, string>;

const NO_SCOPE: Scope = new Map([['', '']]);

/** How to write: in every legal way, or without what a stanza in plain form does not have inside. */
export type Style = 'wild' | 'plain';

/** The element as XML text, spelled in a random way. */
export function spell(random: Random, element: Element, outer: Scope = NO_SCOPE, style: Style = 'wild'): string {
  const scope = new Map(outer);
  const declared = new Map<string, string>();
  const declare = (prefix: string, uri: string): void => {
    scope.set(prefix, uri);
    declared.set(prefix, uri);
  };
  const tag = spellTag(random, element, scope, declare);
  const parts: string[] = [];
  for (const [name, value] of element.attrs) {
    const match = /^\{(.*)\}(.*)$/.exec(name);
    const spelled = match === null ? name : `${prefixFor(match[1] ?? '', scope, declare)}:${match[2] ?? ''}`;
    parts.push(`${spelled}${space(random, 9)}=${space(random, 9)}${quoted(random, value, style)}`);
  }
  if (random.oneIn(9)) declare('unused', 'urn:unused');
  for (const [prefix, uri] of declared) {
    parts.push(`${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}=${quoted(random, uri, style)}`);
  }
  const start = `<${tag}${shuffled(random, parts)
    .map((part) => ` ${space(random, 9)}${part}`)
    .join('')}${space(random, 9)}`;
  let content = '';
  for (const child of element.children) {
    content +=
      typeof child === 'string'
        ? spellText(random, child, style)
        : spell(random, child, style === 'wild' ? scope : defaultOnly(scope), style);
  }
  if (content === '' && random.oneIn(2)) return `${start}/>`;
  return `${start}>${content}</${tag}${space(random, 9)}>`;
}

/** The name of an element, in one of the ways its namespace allows. */
function spellTag(
  random: Random,
  { name, ns }: Element,
  scope: Scope,
  declare: (prefix: string, uri: string) => void,
): string {
  if (ns === NS_XML) return `xml:${name}`;
  if (ns !== '' && random.oneIn(4)) return `${prefixFor(ns, scope, declare)}:${name}`;
  if (ns !== '' && random.oneIn(4)) {
    const prefix = random.pick(['p', 'stream', 'é']);
    declare(prefix, ns);
    return `${prefix}:${name}`;
  }
  if (scope.get('') !== ns || random.oneIn(9)) declare('', ns);
  return name;
}

/** A prefix for a namespace: one in force, or a new one. */
function prefixFor(uri: string, scope: Scope, declare: (prefix: string, uri: string) => void): string {
  for (const [prefix, bound] of scope) if (prefix !== '' && bound === uri) return prefix;
  let n = 1;
  while (scope.has(`a${n}`)) n++;
  declare(`a${n}`, uri);
  return `a${n}`;
}

/** Inside the scope without its prefixes, everything has to declare its own. */
function defaultOnly(scope: Scope): Scope {
  return new Map([['', scope.get('') ?? '']]);
}

function quoted(random: Random, value: string, style: Style): string {
  const quote = random.pick(["'", '"']);
  let out = '';
  for (const character of value) {
    if (`<&\t\n\r${quote}`.includes(character)) out += reference(random, character, style);
    else if (style === 'wild' && random.oneIn(20)) out += reference(random, character, style);
    else if (style === 'wild' && character === ' ' && random.oneIn(4)) out += random.pick(['\n', '\t', '\r\n']);
    else out += character;
  }
  return quote + out + quote;
}

function spellText(random: Random, text: string, style: Style): string {
  if (style === 'wild' && !text.includes('\r') && !text.includes(']]>') && random.oneIn(5))
    return `<![CDATA[${text}]]>`;
  let out = '';
  for (const character of text) {
    const isRisky = character === '>' && (out === '' || out.endsWith(']')); // of a ]]> that begins in the text before
    if ('<&\r'.includes(character) || isRisky) out += reference(random, character, style);
    else if (style === 'wild' && random.oneIn(20)) out += reference(random, character, style);
    else if (style === 'wild' && character === '\n' && random.oneIn(3)) out += '\r\n';
    else out += character;
  }
  return out;
}

const ENTITIES = new Map([
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['&', '&amp;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
]);

function reference(random: Random, character: string, style: Style): string {
  const entity = ENTITIES.get(character);
  if (entity !== undefined && (style === 'plain' || random.oneIn(2))) return entity;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (style === 'plain') return `&#x${hex.toUpperCase()};`;
  return random.pick([`&#${code};`, `&#0${code};`, `&#x${hex};`, `&#x${hex.toUpperCase()};`]);
}

function space(random: Random, rarity: number): string {
  return random.oneIn(rarity) ? random.pick([' ', '\n', '\t', '  ', '\r\n']) : '';
}

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const ordered = items.map((item) => ({ item, order: random.below(1000) }));
  return ordered.sort((a, b) => a.order - b.order).map(({ item }) => item);
}
