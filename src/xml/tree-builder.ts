// Uses `as` on array elements and stack tops: it runs over bytes that the scanner found valid.
/** Trees from bytes that were scanned: no checks, only meaning. */
import { BANG, BYTE_CLASS, EQUALS, GT, LT, SLASH, SPACE } from './byte-class.ts';
import { decodeText, decodeValue, decodeVerbatim } from './decode.ts';
import { Element, type Attributes, type Node } from './element.ts';
import { NS_XML } from './namespaces.ts';
import type { Scope } from './scan.ts';

let built = 0;

/** Trees built from received bytes since the thread began: what the hot path has to do without. */
export function treesBuilt(): number {
  return built;
}

/**
 * The nodes that a range of validated content stands for. Their strings do not keep the source alive.
 * @param source latin1 bytes
 * @param scope namespaces that hold around it
 */
export function buildNodes(source: string, start: number, end: number, scope: Scope): Node[] {
  built++;
  return new TreeBuilder(Buffer.from(source.slice(start, end), 'latin1')).build(scope);
}

/** An element whose end has not been reached. */
interface Open {
  readonly name: string;
  readonly ns: string;
  readonly attrs: Attributes;
  readonly scope: Scope;
  readonly nodes: Node[];
}

class TreeBuilder {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Depth is the input's choice, so this does not recurse. */
  build(outer: Scope): Node[] {
    const bytes = this.#bytes;
    const result: Node[] = [];
    const stack: Open[] = [];
    let nodes = result;
    let scope = outer;
    let text = '';
    while (this.#at < bytes.length) {
      const second = bytes[this.#at + 1];
      if (bytes[this.#at] !== LT) text += this.#text();
      else if (second === BANG) text += this.#cdata();
      else {
        if (text !== '') nodes.push(text);
        text = '';
        if (second !== SLASH) {
          const open = this.#startTag(scope);
          nodes.push(new Element(open.name, open.ns, open.attrs, open.nodes));
          if (bytes[this.#at - 2] === SLASH) continue;
          stack.push(open);
        } else {
          this.#at = bytes.indexOf(GT, this.#at) + 1;
          stack.pop();
        }
        const top = stack.at(-1);
        nodes = top?.nodes ?? result;
        scope = top?.scope ?? outer;
      }
    }
    if (text !== '') nodes.push(text);
    return result;
  }

  #text(): string {
    const start = this.#at;
    const next = this.#bytes.indexOf(LT, start);
    this.#at = next < 0 ? this.#bytes.length : next;
    return decodeText(this.#bytes, start, this.#at);
  }

  #cdata(): string {
    const start = this.#at + '<![CDATA['.length;
    const end = this.#bytes.indexOf(']]>', start);
    this.#at = end + ']]>'.length;
    return decodeVerbatim(this.#bytes, start, end);
  }

  /** Read a start tag; behind it `#at` tells whether it was an empty-element tag. */
  #startTag(outer: Scope): Open {
    this.#at++;
    const tag = this.#name();
    const pairs: [string, string][] = [];
    let defaultNs = outer.defaultNs;
    let prefixes = outer.prefixes;
    for (;;) {
      this.#skipSpace();
      const byte = this.#bytes[this.#at];
      if (byte === GT || byte === SLASH) break;
      const name = this.#name();
      const value = this.#value();
      if (name === 'xmlns') defaultNs = value;
      else if (name.startsWith('xmlns:')) prefixes = new Map(prefixes).set(name.slice('xmlns:'.length), value);
      else pairs.push([name, value]);
    }
    this.#at = this.#bytes.indexOf(GT, this.#at) + 1;
    const attrs = new Map<string, string>();
    for (const [name, value] of pairs) attrs.set(attributeName(name, prefixes), value);
    const colon = tag.indexOf(':');
    return {
      name: tag.slice(colon + 1),
      ns: colon < 0 ? defaultNs : namespaceOf(tag.slice(0, colon), prefixes),
      attrs,
      scope: { defaultNs, prefixes },
      nodes: [],
    };
  }

  #name(): string {
    const start = this.#at;
    let i = start;
    for (;;) {
      const byte = this.#bytes[i] as number;
      if (byte === EQUALS || byte === GT || byte === SLASH || (BYTE_CLASS[byte] as number) & SPACE) break;
      i++;
    }
    this.#at = i;
    return this.#bytes.toString('utf8', start, i);
  }

  #value(): string {
    this.#skipSpace();
    this.#at++; // =
    this.#skipSpace();
    const start = this.#at + 1;
    const end = this.#bytes.indexOf(this.#bytes[this.#at] as number, start);
    this.#at = end + 1;
    return decodeValue(this.#bytes, start, end);
  }

  #skipSpace(): void {
    while ((BYTE_CLASS[this.#bytes[this.#at] as number] as number) & SPACE) this.#at++;
  }
}

function attributeName(name: string, prefixes: ReadonlyMap<string, string>): string {
  const colon = name.indexOf(':');
  if (colon < 0 || name.startsWith('xml:')) return name;
  return `{${namespaceOf(name.slice(0, colon), prefixes)}}${name.slice(colon + 1)}`;
}

function namespaceOf(prefix: string, prefixes: ReadonlyMap<string, string>): string {
  return prefix === 'xml' ? NS_XML : (prefixes.get(prefix) as string);
}
