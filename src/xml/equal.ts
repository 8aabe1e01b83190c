/** Structural equality of trees. */
import type { Attributes, Element, Node } from './element.ts';

/** Do two elements mean the same? The order of attributes and how text is divided into nodes do not matter. */
export function equal(a: Element, b: Element): boolean {
  if (a === b) return true;
  if (a.name !== b.name || a.ns !== b.ns || !equalAttributes(a.attrs, b.attrs)) return false;
  const left = merged(a.children);
  const right = merged(b.children);
  return left.length === right.length && left.every((node, index) => equalNodes(node, right[index]));
}

function equalNodes(a: Node, b: Node | undefined): boolean {
  if (b === undefined || typeof a === 'string' || typeof b === 'string') return a === b;
  return equal(a, b);
}

function equalAttributes(a: Attributes, b: Attributes): boolean {
  if (a.size !== b.size) return false;
  for (const [name, value] of a) if (b.get(name) !== value) return false;
  return true;
}

/** The nodes with adjacent text joined and empty text left out. */
function merged(nodes: readonly Node[]): Node[] {
  const result: Node[] = [];
  let text = '';
  for (const node of nodes) {
    if (typeof node === 'string') text += node;
    else {
      if (text !== '') result.push(text);
      text = '';
      result.push(node);
    }
  }
  if (text !== '') result.push(text);
  return result;
}
