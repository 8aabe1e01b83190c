/** What stands inside a stanza, as received bytes or as trees. Immutable; edits give another one. */
import type { Element, Node } from './element.ts';

/** Name and namespace of a child element. */
export interface ChildName {
  readonly name: string;
  readonly ns: string;
}

/** The content of a stanza's root element. */
export interface Content {
  /** Size of the content on the wire, in bytes. */
  readonly bytes: number;
  /** Number of child elements. */
  readonly count: number;
  /** Name and namespace of the child element `index`. */
  nameAt(index: number): string;
  nsAt(index: number): string;
  /** Tree of the child element `index`. */
  elementAt(index: number): Element;
  /** Text directly inside the child element `index`. */
  textAt(index: number): string;
  /** All of it as trees. */
  nodes(): readonly Node[];
  /** All of it as latin1 bytes, for a root without a prefix. */
  wire(): string;
  /** What follows the attributes of the root, up to its end tag, where that is known. */
  readonly rest: string | undefined;
  append(element: Element): Content;
  /** Without the child elements at these positions. */
  without(dropped: ReadonlySet<number>): Content;
}
