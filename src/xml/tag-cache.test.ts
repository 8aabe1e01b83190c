/** A tag that is known by its bytes is judged like one that is not. */
import { describe, expect, it } from 'vitest';
import { LIMITS_AFTER_AUTH, type XmlLimits } from './limits.ts';
import { NS_CLIENT, NS_STREAM } from './namespaces.ts';
import { parseStanza } from './reader.ts';
import { treesBuilt } from './tree-builder.ts';

function outcome(xml: string, limits: XmlLimits = LIMITS_AFTER_AUTH): string {
  try {
    return parseStanza(xml, limits)
      .elements()
      .map(({ name, ns }) => `${name}@${ns}`)
      .join();
  } catch (error) {
    return String(Reflect.get(Object(error), 'condition'));
  }
}

describe('a tag seen before', () => {
  it('has the default namespace of where it is now', () => {
    for (const ns of [NS_CLIENT, 'urn:x', '', 'urn:y', NS_CLIENT]) {
      expect(outcome(`<a xmlns='${ns}'><same/><same></same></a>`)).toBe(`same@${ns},same@${ns}`);
    }
  });

  it('declares what it declares', () => {
    for (let n = 0; n < 3; n++) {
      expect(outcome(`<a xmlns='urn:x'><b xmlns='urn:b'/><b xmlns=''/><b/></a>`)).toBe('b@urn:b,b@,b@urn:x');
    }
  });

  it.each([
    ['name length', { nameBytes: 3 }],
    ['attributes', { attributes: 0 }],
    ['elements', { elements: 1 }],
    ['depth', { depth: 1 }],
  ])('is under the limit of now: %s', (_what, change) => {
    const xml = "<a><bcde xmlns='urn:x'/></a>";
    expect(outcome(xml)).toBe('bcde@urn:x');
    expect(outcome(xml)).toBe('bcde@urn:x');
    expect(outcome(xml, { ...LIMITS_AFTER_AUTH, ...change })).toBe('policy-violation');
  });

  it('binds the prefixes that it binds', () => {
    for (let n = 0; n < 3; n++) {
      expect(outcome("<a><b xmlns:p='urn:p'><p:c/></b></a>")).toBe('b@');
      expect(outcome("<a><b xmlns:p='urn:p' p:d=''/></a>")).toBe('b@');
      expect(outcome("<a xmlns:p='urn:p'><p:b/></a>")).toBe('b@urn:p');
      expect(outcome('<a><p:b/></a>')).toBe('not-well-formed');
    }
  });

  it('has to be closed', () => {
    for (let n = 0; n < 3; n++) {
      expect(outcome('<a><open></open></a>')).toBe('open@');
      expect(outcome('<a><open></a>')).toBe('not-well-formed');
      expect(outcome('<a><open></opem></a>')).toBe('not-well-formed');
    }
  });

  it('is not taken for one that begins alike', () => {
    expect(outcome("<a><item xmlns='urn:x'/></a>")).toBe('item@urn:x');
    expect(outcome("<a><item xmlns='urn:y'/></a>")).toBe('item@urn:y');
    expect(outcome("<a><item xmlns='urn:x'></item></a>")).toBe('item@urn:x');
    expect(outcome("<a><item xmlns='urn:x' a='<'/></a>")).toBe('not-well-formed');
    expect(outcome('<a><item/></a>')).toBe('item@');
    expect(outcome('<a><items/></a>')).toBe('items@');
    expect(outcome('<a><x/></a>')).toBe('x@');
  });

  it('does not lose what makes a stanza unfit to be forwarded as it is', () => {
    for (let n = 0; n < 3; n++) {
      expect(parseStanza("<a><b xmlns='urn:&#120;'/></a>", LIMITS_AFTER_AUTH).wire('')).toBe(
        "<a><b xmlns='urn:x'/></a>",
      );
      expect(parseStanza("<a><c d='&#65;'/></a>", LIMITS_AFTER_AUTH).wire('')).toBe("<a><c d='A'/></a>");
      const before = treesBuilt();
      parseStanza(`<a><b xmlns='${NS_STREAM}'/></a>`, LIMITS_AFTER_AUTH).wire('');
      expect(treesBuilt()).toBe(before + 1);
    }
  });
});
