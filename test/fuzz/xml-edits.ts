/** Random edits of a stanza, and the same edits of its tree. */
import type { AttributeInit, Element } from '../../src/xml/element.ts';
import { equal } from '../../src/xml/equal.ts';
import { NS_CLIENT, NS_SERVER } from '../../src/xml/namespaces.ts';
import { serialise } from '../../src/xml/serialise.ts';
import { Stamp } from '../../src/xml/stamp.ts';
import { Stanza } from '../../src/xml/stanza.ts';
import { Random } from './xml-random.ts';
import { HEADER_SCOPE, firstStanza, reparsed } from './xml-streams.ts';
import { randomElement, randomText, spell } from './xml-trees.ts';

/** A stanza and the tree that it has to be equal to. */
interface Pair {
  readonly stanza: Stanza;
  readonly tree: Element;
}

const NAMES = ['to', 'from', 'id', 'type', 'xml:lang', 'new', '{urn:a}to', '__proto__'] as const;
const OUTER = [NS_CLIENT, NS_SERVER, '', 'urn:x'] as const;

function changes(random: Random): AttributeInit {
  const entries: [string, string | number | undefined][] = [];
  for (let n = 1 + random.below(3); n > 0; n--) {
    entries.push([random.pick(NAMES), random.oneIn(4) ? undefined : random.oneIn(9) ? 7 : randomText(random)]);
  }
  return Object.fromEntries(entries);
}

/** The name of some child, or of none. */
function target(random: Random, tree: Element): readonly [string, string] {
  const elements = tree.elements();
  const child = elements[random.below(elements.length + 1)];
  return child === undefined ? ['none', 'urn:x'] : [child.name, child.ns];
}

function edit(random: Random, { stanza, tree }: Pair): Pair {
  switch (random.below(6)) {
    case 5: {
      const from = randomText(random);
      const lang = random.oneIn(2) ? undefined : randomText(random);
      const known = tree.attr('xml:lang');
      return { stanza: stanza.stamped(new Stamp(from, lang)), tree: tree.with({ from, 'xml:lang': known ?? lang }) };
    }
    case 0:
    case 1: {
      const set = changes(random);
      return { stanza: stanza.with(set), tree: tree.with(set) };
    }
    case 2: {
      const child = randomElement(random, random.below(2));
      return { stanza: stanza.append(child), tree: tree.append(child) };
    }
    default: {
      const [name, ns] = target(random, tree);
      const where = random.oneIn(2) ? undefined : (child: Element) => child.attrs.size % 2 === 0;
      const dropped = (child: Element): boolean => child.is(name, ns) && (where === undefined || where(child));
      return { stanza: stanza.without(name, ns, where), tree: tree.without(dropped) };
    }
  }
}

/** What is wrong with the pair, if something is. */
function difference(random: Random, { stanza, tree }: Pair): string | undefined {
  const outer = random.pick(OUTER);
  if (random.oneIn(2) && !equal(stanza.tree(), tree)) return `tree: ${serialise(stanza.tree(), '')}`;
  if (!equal(reparsed(stanza.wire(outer), outer), tree)) return `wire: ${stanza.wire(outer)}`;
  const children = tree.elements();
  if (stanza.childCount !== children.length) return 'number of children';
  for (const [index, child] of children.entries()) {
    if (stanza.childNameAt(index) !== child.name || stanza.childNsAt(index) !== child.ns)
      return `name of child ${index}`;
  }
  const [name, ns] = target(random, tree);
  const first = tree.child(name, ns);
  if (stanza.has(name, ns) !== (first !== undefined)) return `has ${name}`;
  if (stanza.childText(name, ns) !== first?.text()) return `text of ${name}`;
  const child = stanza.child(name, ns);
  if (child === undefined ? first !== undefined : first === undefined || !equal(child, first)) return `child ${name}`;
  for (const attribute of NAMES) if (stanza.attr(attribute) !== tree.attr(attribute)) return `attribute ${attribute}`;
  const { to, from, type, id, lang } = stanza;
  const fields = Object.entries({ to, from, type, id, 'xml:lang': lang });
  if (fields.some(([field, value]) => value !== tree.attr(field))) return 'fields';
  return undefined;
}

/** Run the edits of a range of seeds; returns what went wrong. */
export function compareEdits(from: number, to: number): string[] {
  const problems: string[] = [];
  for (let seed = from; seed < to; seed++) {
    const random = new Random(seed);
    const original = randomElement(random, 2);
    const text = spell(random, original, HEADER_SCOPE, random.oneIn(2) ? 'wild' : 'plain');
    let pair: Pair = { stanza: random.oneIn(5) ? Stanza.of(original) : firstStanza(text), tree: original };
    let problem = random.oneIn(2) ? undefined : difference(random, pair);
    for (let n = 1 + random.below(5); n > 0 && problem === undefined; n--) {
      pair = edit(random, pair);
      if (n === 1 || random.oneIn(3)) problem = difference(random, pair);
    }
    if (problem !== undefined) problems.push(`${seed}: ${problem}; from ${text}`);
  }
  return problems;
}
