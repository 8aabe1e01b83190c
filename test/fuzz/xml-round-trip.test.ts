/** Random trees, written in random legal ways, come out as they went in. */
import { describe, expect, it } from 'vitest';
import { Element } from '../../src/xml/element.ts';
import { equal } from '../../src/xml/equal.ts';
import { NS_CLIENT } from '../../src/xml/namespaces.ts';
import { parseStanza } from '../../src/xml/reader.ts';
import { serialise } from '../../src/xml/serialise.ts';
import { Stanza } from '../../src/xml/stanza.ts';
import { treesBuilt } from '../../src/xml/tree-builder.ts';
import { Random } from './xml-random.ts';
import { judge } from './xml-saxes.ts';
import { HEADER_SCOPE, WIDE, firstStanza, reparsed } from './xml-streams.ts';
import { randomElement, spell, type Style } from './xml-trees.ts';

const CASES = 500;
const OUTER = [NS_CLIENT, '', 'urn:x'] as const;

function expectEqual(actual: Element, expected: Element, seed: number, text: string): void {
  if (!equal(actual, expected)) expect.fail(`seed ${seed}: ${text} became ${serialise(actual, '')}`);
}

describe.each<Style>(['wild', 'plain'])('%s spelling', (style) => {
  it('is read as the same tree and forwarded as the same tree', () => {
    for (let seed = 0; seed < CASES; seed++) {
      const random = new Random(seed);
      const tree = randomElement(random);
      const text = spell(random, tree, HEADER_SCOPE, style);
      const stanza = firstStanza(text);
      const outer = random.pick(OUTER);
      expectEqual(reparsed(stanza.wire(outer), outer), tree, seed, text); // before any tree was asked for
      expectEqual(stanza.tree(), tree, seed, text);
    }
  });
});

it('plain spelling is forwarded without a tree', () => {
  let forwarded = 0;
  for (let seed = 0; seed < CASES; seed++) {
    const random = new Random(seed);
    const stanza = firstStanza(spell(random, randomElement(random), HEADER_SCOPE, 'plain'));
    const before = treesBuilt();
    stanza.wire(NS_CLIENT);
    if (treesBuilt() === before) forwarded++;
  }
  expect(forwarded / CASES).toBeGreaterThan(0.3); // a root with a prefix, and stream namespaces, are not plain
});

it('S13: what is written is one element, and the same for another parser', () => {
  for (let seed = 0; seed < CASES; seed++) {
    const random = new Random(seed);
    const tree = randomElement(random);
    for (const wire of [
      serialise(tree, ''),
      Stanza.of(tree).wire(''),
      firstStanza(spell(random, tree, HEADER_SCOPE)).wire(''),
    ]) {
      const verdict = judge(Buffer.from(wire, 'latin1'));
      if (verdict instanceof Element) expectEqual(verdict, tree, seed, wire);
      else expect(verdict, `seed ${seed}: ${wire}`).toBeUndefined();
    }
  }
});

it('the canonical form is read back as it is', () => {
  for (let seed = 0; seed < CASES; seed++) {
    const wire = serialise(randomElement(new Random(seed)), '');
    expect(serialise(parseStanza(Buffer.from(wire, 'latin1'), WIDE).tree(), '')).toBe(wire);
  }
});
