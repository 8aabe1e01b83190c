/** Compares what came with what a dialogue expects, exactly where the pattern does not say otherwise. */
import type { Pattern } from './pattern.ts';
import type { Captures, Scope } from './scope.ts';
import type { Template } from './template.ts';
import { childElements, textOf, type XmlNode } from './xml-node.ts';

/** A match with what it has captured, or the first difference in words. */
export type Outcome = { readonly captures: Captures } | { readonly difference: string };

const NS_XML = 'http://www.w3.org/XML/1998/namespace';
/** The language of the dialogues' streams: a server may or may not note it on stanzas (RFC 6120 §4.7.4). */
const STREAM_LANGUAGE = 'en';

/** Compare a first-level element with a pattern. */
export function matchElement(pattern: Pattern, node: XmlNode, scope: Scope, captures: Captures): Outcome {
  return matchNode(pattern, node, scope, captures, true);
}

function matchNode(pattern: Pattern, node: XmlNode, scope: Scope, captures: Captures, root: boolean): Outcome {
  const name = `<${pattern.name}/>`;
  if (node.name !== pattern.name) return differ(`expected ${name}, got <${node.name}/>`);
  if (node.ns !== pattern.ns) return differ(`${name}: expected namespace '${pattern.ns}', got '${node.ns}'`);
  const attributes = matchAttributes(pattern, node, scope, captures, root);
  if ('difference' in attributes) return attributes;
  if (pattern.children.length === 0) return matchText(pattern, node, scope, attributes.captures);
  return pattern.moreChildren
    ? matchSome(pattern, childElements(node), scope, attributes.captures)
    : matchAll(pattern, node, scope, attributes.captures);
}

function matchAttributes(pattern: Pattern, node: XmlNode, scope: Scope, captures: Captures, root: boolean): Outcome {
  let now = captures;
  for (const wanted of pattern.attributes) {
    const label = `attribute '${wanted.prefix === '' ? '' : `${wanted.prefix}:`}${wanted.name}' of <${node.name}/>`;
    const found = node.attributes.find(({ ns, name }) => ns === wanted.ns && name === wanted.name);
    if (found === undefined && wanted.optional) continue;
    if (found === undefined) return differ(`${label} is missing`);
    const next = scope.match(wanted.value, found.value, now);
    if (next === undefined) return differ(`${label}: ${versus(wanted.value, found.value, scope)}`);
    now = next;
  }
  if (pattern.moreAttributes) return { captures: now };
  for (const { ns, name, value } of node.attributes) {
    if (root && ns === NS_XML && name === 'lang' && value === STREAM_LANGUAGE) continue;
    if (!pattern.attributes.some((wanted) => wanted.ns === ns && wanted.name === name)) {
      return differ(`unexpected attribute '${name}' of <${node.name}/> with value '${value}'`);
    }
  }
  return { captures: now };
}

function matchText(pattern: Pattern, node: XmlNode, scope: Scope, captures: Captures): Outcome {
  if (pattern.moreChildren) return { captures };
  const [child] = childElements(node);
  if (child !== undefined) return differ(`unexpected <${child.name}/> in <${node.name}/>`);
  const next = scope.match(pattern.text, textOf(node), captures);
  if (next === undefined) return differ(`text of <${node.name}/>: ${versus(pattern.text, textOf(node), scope)}`);
  return { captures: next };
}

/** All children, in order; white space between them does not matter. */
function matchAll(pattern: Pattern, node: XmlNode, scope: Scope, captures: Captures): Outcome {
  const text = textOf(node).trim();
  if (text !== '') return differ(`unexpected text '${text}' in <${node.name}/>`);
  const children = childElements(node);
  let now = captures;
  for (const [at, wanted] of pattern.children.entries()) {
    const child = children[at];
    if (child === undefined) return differ(`no <${wanted.name}/> in <${node.name}/>`);
    const outcome = matchNode(wanted, child, scope, now, false);
    if ('difference' in outcome) return outcome;
    now = outcome.captures;
  }
  const extra = children[pattern.children.length];
  return extra === undefined ? { captures: now } : differ(`unexpected <${extra.name}/> in <${node.name}/>`);
}

/** Every child of the pattern somewhere among the children. */
function matchSome(pattern: Pattern, children: readonly XmlNode[], scope: Scope, captures: Captures): Outcome {
  const left = [...children];
  let now = captures;
  for (const wanted of pattern.children) {
    const same = left.filter((child) => child.name === wanted.name && child.ns === wanted.ns);
    const outcomes = same.map((child) => ({ child, outcome: matchNode(wanted, child, scope, now, false) }));
    const hit = outcomes.find(({ outcome }) => 'captures' in outcome);
    if (hit === undefined || !('captures' in hit.outcome)) {
      const [only] = outcomes;
      if (only !== undefined && outcomes.length === 1) return only.outcome;
      return differ(`no <${wanted.name} xmlns='${wanted.ns}'/> in <${pattern.name}/> as expected`);
    }
    left.splice(left.indexOf(hit.child), 1);
    now = hit.outcome.captures;
  }
  return { captures: now };
}

function versus(wanted: Template, found: string, scope: Scope): string {
  return `expected '${scope.show(wanted)}', got '${found}'`;
}

function differ(difference: string): Outcome {
  return { difference };
}
