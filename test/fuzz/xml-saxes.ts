/**
 * The judgement of another parser: what `saxes` makes of some bytes.
 *
 * It does two things that Namespaces in XML 1.0 does not say: it trims namespace names, and lets the local part of a
 * prefixed name begin with any name character. On inputs that have one of these it is not asked.
 */
import { SaxesParser } from 'saxes';
import { Element, type Node } from '../../src/xml/element.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** XML 1.0 §2.3 `NameStartChar` without the colon. */
const NAME_START =
  /^[A-Z_a-z\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{2FF}\u{370}-\u{37D}\u{37F}-\u{1FFF}\u{200C}-\u{200D}\u{2070}-\u{218F}\u{2C00}-\u{2FEF}\u{3001}-\u{D7FF}\u{F900}-\u{FDCF}\u{FDF0}-\u{FFFD}\u{10000}-\u{EFFFF}]/u;

/** The tree, or why there is none; `undefined` if this parser does not know. */
export type Verdict = Element | string | undefined;

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
  let unsure = false;
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
  parser.on('attribute', ({ name, prefix, local, value }) => {
    if ((prefix === 'xmlns' || name === 'xmlns') && value.trim() !== value) unsure = true;
    if (prefix !== '' && !NAME_START.test(local)) unsure = true;
  });
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('opentag', (tag) => {
    if (tag.prefix !== '' && !NAME_START.test(tag.local)) unsure = true;
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
  return unsure ? undefined : (problem ?? root ?? 'no root');
}
