/** What a dialogue expects to receive: an XML tree with placeholders and `...` marks. */
import { TemplateError, parseTemplate, type Template } from './template.ts';
import { FragmentError, parseFragment, type XmlNode } from './xml-node.ts';

/** An expected attribute. */
export interface PatternAttribute {
  readonly ns: string;
  readonly name: string;
  readonly prefix: string;
  readonly value: Template;
  /** A `?` stood behind the name: it may be missing. */
  readonly optional: boolean;
}

/** An expected element. */
export interface Pattern {
  readonly ns: string;
  readonly name: string;
  readonly prefix: string;
  readonly attributes: readonly PatternAttribute[];
  /** `...` stood in the tag: other attributes do not matter. */
  readonly moreAttributes: boolean;
  readonly children: readonly Pattern[];
  /** The text directly inside, where there are no child elements. */
  readonly text: Template;
  /** `...` stood among the children: their order and other content do not matter. */
  readonly moreChildren: boolean;
  /** Line in the file. */
  readonly line: number;
}

/** The block is not a pattern; `line` is that of the file. */
export class PatternError extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** What prefixes mean in a dialogue without being declared. */
export const NAMESPACES = { '': 'jabber:client', stream: 'http://etherx.jabber.org/streams' } as const;

/** The attribute that a `...` in a tag becomes before parsing, and what a `?` behind an attribute's name becomes. */
const MORE = 'dialogue-more';
const OPTIONAL = '.optional';
const ANYTHING = '...';

/**
 * Read the patterns of a block.
 * @param first the line of the file on which the block begins
 * @throws PatternError
 */
export function parsePatterns(block: string, first: number): Pattern[] {
  let nodes: XmlNode[];
  try {
    nodes = parseFragment(markTags(expandErrors(block)), NAMESPACES);
  } catch (error) {
    if (error instanceof FragmentError) throw new PatternError(first + error.line, error.message);
    throw error;
  }
  return nodes.map((node) => patternOf(node, first));
}

function patternOf(node: XmlNode, first: number): Pattern {
  const line = first + node.line;
  const texts = node.children.filter((child) => typeof child === 'string');
  const children = node.children.filter((child) => typeof child !== 'string').map((child) => patternOf(child, first));
  const moreChildren = texts.some((text) => text.trim() === ANYTHING);
  try {
    return {
      ns: node.ns,
      name: node.name,
      prefix: node.prefix,
      attributes: node.attributes
        .filter(({ name }) => name !== MORE)
        .map(({ ns, name, prefix, value }) => ({
          ns,
          name: name.endsWith(OPTIONAL) ? name.slice(0, -OPTIONAL.length) : name,
          prefix,
          value: parseTemplate(value),
          optional: name.endsWith(OPTIONAL),
        })),
      moreAttributes: node.attributes.some(({ name }) => name === MORE),
      children,
      text: parseTemplate(children.length > 0 || moreChildren ? '' : texts.join('')),
      moreChildren,
      line,
    };
  } catch (error) {
    if (error instanceof TemplateError) throw new PatternError(line, error.message);
    throw error;
  }
}

/** `{error TYPE CONDITION}`: a stanza error (RFC 6120 §8.3.2) that may explain itself. */
function expandErrors(block: string): string {
  return block.replaceAll(/\{error ([a-z]+) ([a-z-]+)\}/g, (_, type: string, condition: string) => {
    const ns = 'urn:ietf:params:xml:ns:xmpp-stanzas';
    return `<error type='${type}' ...><${condition} xmlns='${ns}'/>...</error>`;
  });
}

/** Make XML of tags with a `...` among their attributes, or a `?` behind the name of one. */
function markTags(block: string): string {
  let marked = '';
  let quote = '';
  let inTag = false;
  for (let at = 0; at < block.length; at++) {
    const char = block.charAt(at);
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (inTag && (char === "'" || char === '"')) quote = char;
    else if (char === '<') inTag = true;
    else if (char === '>') inTag = false;
    else if (inTag && block.startsWith(ANYTHING, at)) {
      marked += `${MORE}=''`;
      at += ANYTHING.length - 1;
      continue;
    } else if (inTag && block.startsWith('?=', at)) {
      marked += OPTIONAL;
      continue;
    }
    marked += char;
  }
  return marked;
}
