// Uses `as` on array elements: indexes are below the counts kept beside them.
/**
 * What the scanner remembers of the element it is in: offsets from its first byte, nothing copied.
 *
 * One object serves all connections of a thread, as an element is nearly always there as a whole. Only a connection whose
 * element is cut keeps one until the rest has come.
 */

import type { XmlLimits } from './limits.ts';

/** Numbers per attribute in `Scan.attributes`: comparison key, start of name, start and end of value, flags, colon. */
export const ATTRIBUTE_SIZE = 6;

/** Attribute flag: the bytes of the value are not its text. */
export const CODED = 1;
/** Attribute flag: declares a namespace. */
export const DECLARATION = 2;
/** Attribute flag: the value has a reference that our serialiser does not write, or white space that parsers change. */
export const ODD = 8;
/** Attribute flag: the name has a prefix, which is not `xml` or `xmlns`. */
export const PREFIXED = 16;
/** Attribute flag: the value contains something that our serialiser would escape. */
export const UNESCAPED = 4;

/** Namespaces that hold around an element. */
export interface Scope {
  /** Default namespace. */
  readonly defaultNs: string;
  /** Prefix to namespace. */
  readonly prefixes: ReadonlyMap<string, string>;
}

/** Outside of everything. */
export const NO_SCOPE: Scope = { defaultNs: '', prefixes: new Map() };

const NO_LIMITS: XmlLimits = { bytes: 0, depth: 0, elements: 0, attributes: 0, nameBytes: 0, namespaces: 0 };

/** State of the scanner in one element of the first level. */
export class Scan {
  /** Index of its first byte, in the bytes that are there now. */
  base = 0;
  limits: XmlLimits = NO_LIMITS;
  /** What holds around it. */
  outer: Scope = NO_SCOPE;
  /** Where to go on: begin of the first token that is not complete. */
  next = 0;
  /** Open elements. */
  depth = 0;
  /** Elements begun. */
  elements = 0;
  inCdata = false;
  /** Was the last start tag an empty element? */
  selfClosing = false;
  /** Could its content be written anywhere else as it stands, and mean the same to everybody? */
  plain = true;

  /** Begin and end of the names of the open elements. */
  open = new Int32Array(2 * 16);
  /** Attributes of the root, then those of the tag being scanned. */
  attributes = new Int32Array(ATTRIBUTE_SIZE * 32);
  /** Of the name that was scanned last, the index of its colon, or 0. */
  colon = 0;
  /** Flags of the attribute value that was scanned last. */
  valueFlags = 0;
  /** Attributes of the tag that is being scanned, in `attributes` from `first` on, and the flags of all of them. */
  first = 0;
  count = 0;
  tagFlags = 0;
  /** Attributes of the root. */
  rootAttributes = 0;
  rootName = '';
  rootNs = '';
  /** Default namespace of the content. */
  contentNs = '';
  /** Where the content begins and ends. */
  contentStart = 0;
  contentEnd = 0;

  /** Child elements of the root: name, namespace, begin, end. */
  children: (string | number)[] = [];
  childCount = 0;

  /** Prefixes bound in this element, innermost last: the first `bound` items of each list. */
  bound = 0;
  readonly prefixes: string[] = [];
  readonly uris: string[] = [];
  /** Depth of the element that binds each of them. */
  readonly boundAt: number[] = [];

  /** Begin of the tag that is not complete, where that is what stopped the last scan; else -1. */
  cutAt = -1;
  /** How far the search for the end of that tag has come, and the quote it is in. */
  cutSeen = 0;
  cutQuote = 0;
  /** Length at which a cut tag is scanned again although its end was not seen: an error must not hide for long. */
  cutAgain = 0;

  /** Begin a new element. */
  reset(): void {
    this.next = 0;
    this.depth = 0;
    this.elements = 0;
    this.inCdata = false;
    this.plain = true;
    this.rootAttributes = 0;
    this.childCount = 0;
    this.bound = 0;
    this.cutAt = -1;
  }

  /** Remember an open element's name. */
  push(start: number, end: number): void {
    const at = this.depth * 2;
    if (at === this.open.length) this.open = grown(this.open);
    this.open[at] = start;
    this.open[at + 1] = end;
    this.depth++;
  }

  /** An element in the one that is open now ended before offset `end`; so do its prefixes, but for those of the root. */
  close(end: number): void {
    if (this.depth === 1) this.children[this.childCount * 4 - 1] = end;
    if (this.bound > 0) this.#unbind();
  }

  #unbind(): void {
    if (this.depth === 0) return;
    while (this.bound > 0 && (this.boundAt[this.bound - 1] as number) > this.depth) this.bound--;
  }

  /** The tag about to be opened binds a prefix. */
  bind(prefix: string, uri: string): void {
    this.prefixes[this.bound] = prefix;
    this.uris[this.bound] = uri;
    this.boundAt[this.bound] = this.depth + 1;
    this.bound++;
  }

  /** A child element of the root begins. */
  addChild(name: string, ns: string, start: number): void {
    const at = this.childCount++ * 4;
    this.children[at] = name;
    this.children[at + 1] = ns;
    this.children[at + 2] = start;
    this.children[at + 3] = 0;
  }

  /** One more attribute of the tag. Returns its place in `attributes`. */
  addAttribute(): number {
    const at = (this.first + this.count++) * ATTRIBUTE_SIZE;
    if (at === this.attributes.length) this.attributes = grown(this.attributes);
    return at;
  }
}

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
  const bigger = new Int32Array(array.length * 2);
  bigger.set(array);
  return bigger;
}

/** An unused one is kept if it has not grown beyond this many children or open elements. */
const KEPT_SIZE = 256;

let spare: Scan | undefined;

/** A scan to begin an element with. */
export function takeScan(): Scan {
  const scan = spare ?? new Scan();
  spare = undefined;
  scan.reset();
  return scan;
}

/** It is not needed any more. */
export function returnScan(scan: Scan): void {
  if (scan.children.length <= KEPT_SIZE * 4 && scan.open.length <= KEPT_SIZE * 2) spare = scan;
}
