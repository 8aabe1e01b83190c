/** The judgement of another parser: what `saxes` makes of some bytes. */
import { SaxesParser } from 'saxes';
import { Element, type Node } from '../../src/xml/element.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The tree, or why there is none. */
export type Verdict = Element | string;

interface Open {
  readonly name: string;
  readonly ns: string;
  readonly attrs: Map<string, string>;
  readonly nodes: Node[];
}

/** Parse one document that consists of nothing but its root element. */
export function judge(bytes: Buffer): Verdict {
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    return 'invalid UTF-8';
  }
  if (!text.startsWith('<')) return 'something before the root';
  const parser = new SaxesParser({ xmlns: true, position: false });
  const stack: Open[] = [];
  let root: Element | undefined;
  let problem: string | undefined;
  const reject = (why: string): void => {
    problem ??= why;
  };
  const add = (node: Node): void => {
    const top = stack.at(-1);
    if (top !== undefined) top.nodes.push(node);
    else if (typeof node !== 'string') root = node;
    else reject('text outside the root');
  };
  parser.on('error', (error) => reject(error.message));
  parser.on('doctype', () => reject('restricted'));
  parser.on('comment', () => reject('restricted'));
  parser.on('processinginstruction', () => reject('restricted'));
  parser.on('xmldecl', () => reject('restricted'));
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('opentag', (tag) => {
    const attrs = new Map<string, string>();
    for (const attribute of Object.values(tag.attributes)) {
      if (attribute.prefix === 'xmlns' || attribute.name === 'xmlns') continue;
      const isPlain = attribute.uri === '' || attribute.prefix === 'xml';
      attrs.set(isPlain ? attribute.name : `{${attribute.uri}}${attribute.local}`, attribute.value);
    }
    stack.push({ name: tag.local, ns: tag.uri, attrs, nodes: [] });
  });
  parser.on('closetag', () => {
    const open = stack.pop();
    if (open !== undefined) add(new Element(open.name, open.ns, open.attrs, open.nodes));
  });
  parser.write(text).close();
  return problem ?? root ?? 'no root';
}
