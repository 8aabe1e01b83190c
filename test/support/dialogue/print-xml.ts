/** Prints XML trees for people who read a failed test. */
import type { XmlAttribute, XmlNode } from './xml-node.ts';

/** The element over several lines, each behind `indent`; a namespace is shown where it changes. */
export function printXml(node: XmlNode, indent = '', outer = 'jabber:client'): string {
  const name = node.prefix === '' ? node.name : `${node.prefix}:${node.name}`;
  const inherited = node.prefix === '' ? node.ns : outer;
  const declared = node.ns === outer || node.prefix !== '' ? '' : ` xmlns='${escape(node.ns)}'`;
  const start = `${indent}<${name}${declared}${node.attributes.map(printAttribute).join('')}`;
  const children = node.children.filter((child) => typeof child !== 'string' || child.trim() !== '');
  if (children.length === 0) return `${start}/>`;
  if (children.every((child) => typeof child === 'string')) {
    return `${start}>${escape(children.join(''))}</${name}>`;
  }
  const inner = children.map((child) =>
    typeof child === 'string' ? `${indent}  ${escape(child)}` : printXml(child, `${indent}  `, inherited),
  );
  return `${start}>\n${inner.join('\n')}\n${indent}</${name}>`;
}

function printAttribute({ prefix, name, value }: XmlAttribute): string {
  return ` ${prefix === '' ? '' : `${prefix}:`}${name}='${escape(value)}'`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&apos;');
}
