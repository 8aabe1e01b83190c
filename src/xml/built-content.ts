/** Content that our own code built. */
import type { Content } from './content.ts';
import type { Element, Node } from './element.ts';
import { serialiseNodes } from './serialise.ts';

/** Content made of trees. */
export class BuiltContent implements Content {
  /** Namespace of the root. */
  readonly #ns: string;
  readonly #nodes: readonly Node[];
  readonly #elements: readonly Element[];
  #wire: string | undefined;

  constructor(ns: string, nodes: readonly Node[]) {
    this.#ns = ns;
    this.#nodes = nodes;
    this.#elements = nodes.filter((node) => typeof node !== 'string');
  }

  get bytes(): number {
    return this.wire().length;
  }

  get count(): number {
    return this.#elements.length;
  }

  nameAt(index: number): string {
    return this.elementAt(index).name;
  }

  nsAt(index: number): string {
    return this.elementAt(index).ns;
  }

  elementAt(index: number): Element {
    const element = this.#elements[index];
    if (element === undefined) throw new RangeError(`no child element ${index}`);
    return element;
  }

  textAt(index: number): string {
    return this.elementAt(index).text();
  }

  nodes(): readonly Node[] {
    return this.#nodes;
  }

  wire(): string {
    return (this.#wire ??= serialiseNodes(this.#nodes, this.#ns));
  }

  readonly rest = undefined;

  append(element: Element): Content {
    return new BuiltContent(this.#ns, [...this.#nodes, element]);
  }

  without(dropped: ReadonlySet<number>): Content {
    let index = 0;
    const kept = this.#nodes.filter((node) => typeof node === 'string' || !dropped.has(index++));
    return new BuiltContent(this.#ns, kept);
  }
}
