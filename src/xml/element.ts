/**
 * Immutable XML element tree.
 *
 * What a parser builds when somebody needs a tree, and what our own code builds to send. Received stanzas are not
 * trees: see `stanza.ts` beside this file.
 */

/** A child: an element, or character data (decoded text, never markup). */
export type Node = Element | string;

/**
 * Attributes in document order. A name is a plain local name, `xml:lang` and its like, or `{uri}local` for an
 * attribute in any other namespace. `xmlns` declarations are not attributes.
 */
export type Attributes = ReadonlyMap<string, string>;

/** What the builder takes: `undefined` values are left out. */
export type AttributeInit = Readonly<Record<string, string | number | undefined>>;

const NO_ATTRIBUTES: Attributes = new Map();
const NO_CHILDREN: readonly Node[] = [];

/** An XML element with its namespace resolved. Never changed after construction. */
export class Element {
  /** Local name. */
  readonly name: string;
  /** Namespace URI; empty for no namespace. */
  readonly ns: string;
  readonly attrs: Attributes;
  readonly children: readonly Node[];

  constructor(name: string, ns: string, attrs: Attributes = NO_ATTRIBUTES, children: readonly Node[] = NO_CHILDREN) {
    this.name = name;
    this.ns = ns;
    this.attrs = attrs;
    this.children = children;
  }

  /** Value of an attribute, or `undefined`. */
  attr(name: string): string | undefined {
    return this.attrs.get(name);
  }

  /** Is this `{ns}name`? */
  is(name: string, ns: string): boolean {
    return this.name === name && this.ns === ns;
  }

  /** First child element with that name in that namespace (default: this element's own). */
  child(name: string, ns: string = this.ns): Element | undefined {
    for (const node of this.children) if (typeof node !== 'string' && node.is(name, ns)) return node;
    return undefined;
  }

  /** All child elements, or those with that name in that namespace (default: this element's own). */
  elements(name?: string, ns: string = this.ns): Element[] {
    const found: Element[] = [];
    for (const node of this.children) {
      if (typeof node !== 'string' && (name === undefined || node.is(name, ns))) found.push(node);
    }
    return found;
  }

  /** The character data directly inside this element, joined. */
  text(): string {
    let text = '';
    for (const node of this.children) if (typeof node === 'string') text += node;
    return text;
  }

  /** Text of the first child with that name and namespace, or `undefined` where there is no such child. */
  childText(name: string, ns: string = this.ns): string | undefined {
    return this.child(name, ns)?.text();
  }

  /** A copy with attributes set, or removed where the value is `undefined`. */
  with(changes: AttributeInit): Element {
    const attrs = new Map(this.attrs);
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined) attrs.delete(name);
      else attrs.set(name, String(value));
    }
    return new Element(this.name, this.ns, attrs, this.children);
  }

  /** A copy with nodes added at the end. */
  append(...nodes: readonly Node[]): Element {
    return new Element(this.name, this.ns, this.attrs, [...this.children, ...nodes]);
  }

  /** A copy without the child elements for which `drop` is true. */
  without(drop: (child: Element) => boolean): Element {
    const kept = this.children.filter((node) => typeof node === 'string' || !drop(node));
    return new Element(this.name, this.ns, this.attrs, kept);
  }
}

type BuilderChild = Node | undefined | readonly (Node | undefined)[];

/**
 * Build an element: `el('body', NS_CLIENT, 'hello')`, `el('item', NS, { jid }, el('group', NS, 'Friends'))`.
 * `undefined` children and attribute values are left out, arrays of children are flattened.
 */
export function el(name: string, ns: string, ...parts: readonly (AttributeInit | BuilderChild)[]): Element {
  let attrs: Map<string, string> | undefined;
  const children: Node[] = [];
  for (const part of parts) {
    if (part === undefined) continue;
    if (typeof part === 'string' || part instanceof Element) children.push(part);
    else if (isChildList(part)) {
      for (const node of part) if (node !== undefined) children.push(node);
    } else {
      attrs ??= new Map();
      for (const key in part) {
        const value = part[key];
        if (value !== undefined) attrs.set(key, String(value));
      }
    }
  }
  return new Element(name, ns, attrs, children);
}

function isChildList(part: AttributeInit | readonly (Node | undefined)[]): part is readonly (Node | undefined)[] {
  return Array.isArray(part);
}
