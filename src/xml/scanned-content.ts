// Uses `as` on the packed list of children, whose layout is fixed.
/** Content that was received: validated bytes and where things are in them, with edits beside. */
import type { Content } from './content.ts';
import { decodeText } from './decode.ts';
import type { Element, Node } from './element.ts';
import type { Scope } from './scan.ts';
import { serialiseNodes } from './serialise.ts';
import { buildNodes } from './tree-builder.ts';

/** Child elements in order, four items each: name, namespace, begin and end in the source. */
export type ChildList = readonly (string | number)[];

const CHILD_SIZE = 4;
const NO_CUTS: readonly number[] = [];
const NO_PREFIXES: ReadonlyMap<string, string> = new Map();

/** The edits of a content. */
interface Edits {
  /** Ranges of the source that were removed, begin and end alternating, ascending. */
  readonly cuts: readonly number[];
  /** What was added at the end. */
  readonly added: readonly Element[];
}

/** Content of a received stanza. */
export class ScannedContent implements Content {
  readonly #ns: string;
  readonly #source: string;
  readonly #start: number;
  readonly #end: number;
  readonly #children: ChildList;
  readonly #scope: Scope | undefined;
  readonly #edits: Edits | undefined;
  #nodes: readonly Node[] | undefined;
  #elements: (Element | undefined)[] | undefined;
  #wire: string | undefined;

  /**
   * @param ns namespace of the root
   * @param source the stanza as latin1 bytes; its content is that from `start` to `end`
   * @param scope set where the content is not in plain form, so that it can only be written by way of trees: the
   *   namespaces that hold around it
   */
  constructor(
    ns: string,
    source: string,
    start: number,
    end: number,
    children: ChildList,
    scope: Scope | undefined,
    edits?: Edits,
  ) {
    this.#ns = ns;
    this.#source = source;
    this.#start = start;
    this.#end = end;
    this.#children = children;
    this.#scope = scope;
    this.#edits = edits;
  }

  get bytes(): number {
    return this.#edits === undefined ? this.#end - this.#start : this.wire().length;
  }

  get count(): number {
    return this.#received + (this.#edits?.added.length ?? 0);
  }

  nameAt(index: number): string {
    const name = this.#children[index * CHILD_SIZE];
    return name === undefined ? this.#added(index).name : (name as string);
  }

  nsAt(index: number): string {
    const ns = this.#children[index * CHILD_SIZE + 1];
    return ns === undefined ? this.#added(index).ns : (ns as string);
  }

  elementAt(index: number): Element {
    if (index >= this.#received) return this.#added(index);
    const memo = (this.#elements ??= []);
    const known = memo[index];
    if (known !== undefined) return known;
    const [element] = buildNodes(this.#source, this.#startOf(index), this.#endOf(index), this.#scopeInside);
    return (memo[index] = element as Element);
  }

  textAt(index: number): string {
    if (index >= this.#received) return this.#added(index).text();
    const source = this.#source;
    const end = this.#endOf(index);
    const inner = endOfStartTag(source, this.#startOf(index));
    if (inner === end) return '';
    const close = source.indexOf('<', inner);
    if (source.charCodeAt(close + 1) !== 0x2f) return this.elementAt(index).text();
    const bytes = Buffer.from(source.slice(inner, close), 'latin1');
    return decodeText(bytes, 0, bytes.length);
  }

  nodes(): readonly Node[] {
    return (this.#nodes ??= this.#build());
  }

  wire(): string {
    return (this.#wire ??= this.#scope === undefined ? this.#splice() : serialiseNodes(this.nodes(), this.#ns));
  }

  get rest(): string | undefined {
    if (this.#edits !== undefined || this.#scope !== undefined) return undefined;
    return this.#source.slice(this.#start - (this.#source.charCodeAt(this.#start - 2) === 0x2f ? 2 : 1));
  }

  append(element: Element): Content {
    const edits = this.#edits;
    const added = edits === undefined ? [element] : [...edits.added, element];
    return this.#edited(this.#children, { cuts: edits?.cuts ?? NO_CUTS, added });
  }

  without(dropped: ReadonlySet<number>): Content {
    const received = this.#received;
    const cuts = [...(this.#edits?.cuts ?? [])];
    const children: (string | number)[] = [];
    for (let index = 0; index < received; index++) {
      if (dropped.has(index)) cuts.push(this.#startOf(index), this.#endOf(index));
      else children.push(...this.#children.slice(index * CHILD_SIZE, (index + 1) * CHILD_SIZE));
    }
    const added = this.#edits?.added.filter((_element, k) => !dropped.has(received + k));
    return this.#edited(children, { cuts: cuts.sort((a, b) => a - b), added: added ?? [] });
  }

  /** Number of child elements that were received and not removed. */
  get #received(): number {
    return this.#children.length / CHILD_SIZE;
  }

  get #scopeInside(): Scope {
    return this.#scope ?? { defaultNs: this.#ns, prefixes: NO_PREFIXES };
  }

  #added(index: number): Element {
    const element = this.#edits?.added[index - this.#received];
    if (element === undefined) throw new RangeError(`no child element ${index}`);
    return element;
  }

  #startOf(index: number): number {
    return this.#children[index * CHILD_SIZE + 2] as number;
  }

  #endOf(index: number): number {
    return this.#children[index * CHILD_SIZE + 3] as number;
  }

  #edited(children: ChildList, edits: Edits): Content {
    return new ScannedContent(this.#ns, this.#source, this.#start, this.#end, children, this.#scope, edits);
  }

  #build(): readonly Node[] {
    if (this.#edits === undefined) return buildNodes(this.#source, this.#start, this.#end, this.#scopeInside);
    const nodes: Node[] = [];
    this.#eachPiece((start, end) => {
      for (const node of buildNodes(this.#source, start, end, this.#scopeInside)) nodes.push(node);
    });
    return nodes.concat(this.#edits.added);
  }

  #splice(): string {
    if (this.#edits === undefined) return this.#source.slice(this.#start, this.#end);
    let out = '';
    this.#eachPiece((start, end) => (out += this.#source.slice(start, end)));
    return out + serialiseNodes(this.#edits.added, this.#ns);
  }

  /** What is left of the source. */
  #eachPiece(piece: (start: number, end: number) => void): void {
    const cuts = this.#edits?.cuts ?? [];
    let start = this.#start;
    for (let k = 0; k < cuts.length; k += 2) {
      if (start < (cuts[k] as number)) piece(start, cuts[k] as number);
      start = cuts[k + 1] as number;
    }
    if (start < this.#end) piece(start, this.#end);
  }
}

/** Index behind the start tag at `start`. */
function endOfStartTag(source: string, start: number): number {
  let quote = 0;
  for (let i = start + 1; ; i++) {
    const code = source.charCodeAt(i);
    if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (code === 0x3e) return i + 1;
    else if (code === 0x22 || code === 0x27) quote = code;
  }
}
