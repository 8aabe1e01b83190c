/** Prints what a dialogue expected, with its values in place. */
import { printXml } from './print-xml.ts';
import type { Pattern } from './pattern.ts';
import type { Scope } from './scope.ts';
import type { XmlNode } from './xml-node.ts';

/** The pattern as XML, each line behind `indent`. */
export function printPattern(pattern: Pattern, scope: Scope, indent: string): string {
  return printXml(nodeOf(pattern, scope), indent);
}

function nodeOf(pattern: Pattern, scope: Scope): XmlNode {
  const text = scope.show(pattern.text);
  return {
    ns: pattern.ns,
    name: pattern.name,
    prefix: pattern.prefix,
    attributes: [
      ...pattern.attributes.map(({ ns, name, prefix, value, optional }) => ({
        ns,
        name: optional ? `${name}?` : name,
        prefix,
        value: scope.show(value),
      })),
      ...(pattern.moreAttributes ? [{ ns: '', name: '...', prefix: '', value: '' }] : []),
    ],
    children: [
      ...pattern.children.map((child) => nodeOf(child, scope)),
      ...(text === '' ? [] : [text]),
      ...(pattern.moreChildren ? ['...'] : []),
    ],
    line: pattern.line,
  };
}
