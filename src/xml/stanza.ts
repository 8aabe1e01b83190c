// Uses `as string` on the packed list of attributes, whose items are names and values in turn.
/**
 * Stanzas: first-level elements of a stream (RFC 6120 §8, and what else comes there). Immutable.
 *
 * A received stanza is its bytes and an index of them; a tree is built of what somebody asks for, and editing builds none.
 */
import { BuiltContent } from './built-content.ts';
import type { ChildName, Content } from './content.ts';
import { Element, type AttributeInit } from './element.ts';
import { nameToWire, serialise, serialiseAttribute } from './serialise.ts';
import { valueToWire } from './escape.ts';
import { NS_XML } from './namespaces.ts';
import type { Stamp } from './stamp.ts';

/** Names (as in `Attributes`) and values in turn. */
export type AttributeList = readonly string[];

/** A stanza, received or built. */
export class Stanza {
  /** Local name. */
  readonly name: string;
  readonly ns: string;
  readonly to: string | undefined;
  readonly from: string | undefined;
  readonly type: string | undefined;
  readonly id: string | undefined;
  /** `xml:lang` of the stanza itself. */
  readonly lang: string | undefined;
  #attributes: AttributeList;
  /** Attributes that are not in the list yet. */
  #stamp: Stamp | undefined;
  readonly #content: Content;
  /** The attributes as they are written, once known. */
  #head: string | undefined;
  #wire: string | undefined;
  #wireNs: string | undefined;

  /**
   * For the reader; everybody else takes `Stanza.of`.
   * @param head the attributes as they are written, where that is known
   * @param like a stanza with the same attributes but for those of `stamp`
   */
  constructor(
    name: string,
    ns: string,
    attributes: AttributeList,
    content: Content,
    head?: string,
    like?: Stanza,
    stamp?: Stamp,
  ) {
    this.name = name;
    this.ns = ns;
    this.#attributes = attributes;
    this.#stamp = stamp;
    this.#content = content;
    this.#head = head;
    if (like === undefined) {
      this.to = valueOf(attributes, 'to');
      this.from = valueOf(attributes, 'from');
      this.type = valueOf(attributes, 'type');
      this.id = valueOf(attributes, 'id');
      this.lang = valueOf(attributes, 'xml:lang');
    } else {
      this.to = like.to;
      this.from = stamp?.from ?? like.from;
      this.type = like.type;
      this.id = like.id;
      this.lang = like.lang ?? stamp?.lang;
    }
  }

  /** The stanza that an element is. */
  static of(element: Element): Stanza {
    const attributes: string[] = [];
    for (const [name, value] of element.attrs) attributes.push(name, value);
    return new Stanza(element.name, element.ns, attributes, new BuiltContent(element.ns, element.children));
  }

  /** Value of an attribute of the root, or `undefined`. */
  attr(name: string): string | undefined {
    return valueOf(this.#list(), name);
  }

  /** About as many bytes as it has on the wire; what queues count. */
  get bytes(): number {
    return 2 * this.name.length + 5 + this.#written().length + this.#content.bytes;
  }

  /** Number of child elements. */
  get childCount(): number {
    return this.#content.count;
  }

  /** Name of the child element `index`. Builds no tree. */
  childNameAt(index: number): string {
    return this.#content.nameAt(index);
  }

  /** Namespace of the child element `index`. Builds no tree. */
  childNsAt(index: number): string {
    return this.#content.nsAt(index);
  }

  /** Name of the first child element, such as the payload of an iq. Builds no tree. */
  firstChild(): ChildName | undefined {
    if (this.#content.count === 0) return undefined;
    return { name: this.#content.nameAt(0), ns: this.#content.nsAt(0) };
  }

  /** Is there a child element of that name and namespace? */
  has(name: string, ns: string): boolean {
    return this.#indexOf(name, ns) >= 0;
  }

  /** Tree of the first child element of that name and namespace. */
  child(name: string, ns: string): Element | undefined {
    const index = this.#indexOf(name, ns);
    return index < 0 ? undefined : this.#content.elementAt(index);
  }

  /** Text directly inside the first child element of that name and namespace. */
  childText(name: string, ns: string): string | undefined {
    const index = this.#indexOf(name, ns);
    return index < 0 ? undefined : this.#content.textAt(index);
  }

  /** Trees of all child elements, or of those with that name in that namespace (default: the stanza's own). */
  elements(name?: string, ns: string = this.ns): Element[] {
    const content = this.#content;
    const found: Element[] = [];
    for (let index = 0; index < content.count; index++) {
      if (name === undefined || (content.nameAt(index) === name && content.nsAt(index) === ns)) {
        found.push(content.elementAt(index));
      }
    }
    return found;
  }

  /** A copy with attributes of the root set, or removed where the value is `undefined`. */
  with(changes: AttributeInit): Stanza {
    const attributes: string[] = [];
    const kept = this.#list();
    let head = this.#head;
    for (let k = 0; k < kept.length; k += 2) {
      const name = kept[k] as string;
      if (Object.hasOwn(changes, name)) head = undefined;
      else attributes.push(name, kept[k + 1] as string);
    }
    for (const name in changes) {
      const value = changes[name];
      if (value === undefined) continue;
      const text = String(value);
      attributes.push(name, text);
      if (head !== undefined) head += serialiseAttribute(name, text, attributes.length / 2);
    }
    return new Stanza(this.name, this.ns, attributes, this.#content, head);
  }

  /** A copy that is from whoever stamps it, and in the language of the stamp if it does not name its own. */
  stamped(stamp: Stamp): Stanza {
    if (this.from !== undefined) return this.with({ from: stamp.from, 'xml:lang': this.lang ?? stamp.lang });
    const head = this.#written() + (this.lang === undefined ? stamp.wire : stamp.fromWire);
    return new Stanza(this.name, this.ns, this.#attributes, this.#content, head, this, stamp);
  }

  /** A copy with an element added at the end. */
  append(child: Element): Stanza {
    return new Stanza(this.name, this.ns, this.#attributes, this.#content.append(child), this.#head, this, this.#stamp);
  }

  /** A copy without the child elements of that name and namespace, or those of them for which `where` is true. */
  without(name: string, ns: string, where?: (child: Element) => boolean): Stanza {
    const content = this.#content;
    const dropped = new Set<number>();
    for (let index = 0; index < content.count; index++) {
      if (content.nameAt(index) !== name || content.nsAt(index) !== ns) continue;
      if (where === undefined || where(content.elementAt(index))) dropped.add(index);
    }
    if (dropped.size === 0) return this;
    return new Stanza(this.name, this.ns, this.#attributes, content.without(dropped), this.#head, this, this.#stamp);
  }

  /** All of it as a tree. */
  tree(): Element {
    return new Element(this.name, this.ns, new Map(pairs(this.#list())), this.#content.nodes());
  }

  /**
   * Its bytes, as a string of latin1 characters.
   * @param outerNs default namespace of the stream it is written to; `xmlns` is written if the stanza's is another one
   */
  wire(outerNs: string): string {
    if (this.#wire === undefined || this.#wireNs !== outerNs) {
      this.#wire = this.#write(outerNs);
      this.#wireNs = outerNs;
    }
    return this.#wire;
  }

  #write(outerNs: string): string {
    if (this.ns === NS_XML) return serialise(this.tree(), outerNs); // cannot be a default namespace
    const tag = nameToWire(this.name);
    let out = `<${tag}`;
    if (this.ns !== outerNs) out += ` xmlns='${valueToWire(this.ns)}'`;
    out += this.#written();
    const rest = this.#content.rest;
    if (rest !== undefined) return out + rest;
    const content = this.#content.wire();
    return content === '' ? `${out}/>` : `${out}>${content}</${tag}>`;
  }

  /** Its attributes as they are written. */
  #written(): string {
    if (this.#head !== undefined) return this.#head;
    const attributes = this.#list();
    let out = '';
    for (let k = 0; k < attributes.length; k += 2) {
      out += serialiseAttribute(attributes[k] as string, attributes[k + 1] as string, k / 2 + 1);
    }
    return (this.#head = out);
  }

  /** All attributes. */
  #list(): AttributeList {
    const stamp = this.#stamp;
    if (stamp === undefined) return this.#attributes;
    const list = [...this.#attributes, 'from', stamp.from];
    if (stamp.lang !== undefined && valueOf(list, 'xml:lang') === undefined) list.push('xml:lang', stamp.lang);
    this.#attributes = list;
    this.#stamp = undefined;
    return list;
  }

  #indexOf(name: string, ns: string): number {
    const content = this.#content;
    const count = content.count;
    for (let index = 0; index < count; index++) {
      if (content.nameAt(index) === name && content.nsAt(index) === ns) return index;
    }
    return -1;
  }
}

function valueOf(attributes: AttributeList, name: string): string | undefined {
  for (let k = 0; k < attributes.length; k += 2) if (attributes[k] === name) return attributes[k + 1];
  return undefined;
}

function* pairs(attributes: AttributeList): Iterable<readonly [string, string]> {
  for (let k = 0; k < attributes.length; k += 2) yield [attributes[k] as string, attributes[k + 1] as string];
}
