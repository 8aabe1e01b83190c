import { afterEach, describe, expect, test, vi } from 'vitest';
import { prepareOpaqueString, prepareUsername } from './precis.ts';

describe('UsernameCaseMapped', () => {
  // RFC 8265 §3.5, table 1, as far as it concerns one userpart
  test.each([
    ['juliet@example.com', 'juliet@example.com'],
    ['fussball', 'fussball'],
    ['fußball', 'fußball'],
    ['π', 'π'],
    ['Σ', 'σ'],
    ['σ', 'σ'],
    ['ς', 'ς'],
  ])('RFC 8265 §3.5: %s is %s', (text, username) => {
    expect(prepareUsername(text)).toBe(username);
  });

  test.each([
    ['empty', ''],
    ['a space', 'foo bar'],
    ['a Roman numeral, which has a compatibility equivalent', 'henry\u2163'],
    ['a symbol', '\u265a'],
    ['a Kelvin sign, although it lowers to k', '\u212aevin'],
    ['a symbol that lowers to a letter', '\u2126'],
    ['a control', 'a\u007f'],
    ['an unassigned code point', 'a\u0378'],
    ['a titlecase digraph', '\u01c5'],
    ['a lone surrogate', 'a\ud83d'],
    ['left-to-right within right-to-left', '\u05d0a'],
    ['a joiner out of place', 'admin\u200d'],
  ])('refuses %s', (_name, text) => {
    expect(prepareUsername(text)).toBeUndefined();
  });

  test.each([
    ['width', '\uff21\uff41\uff3a', 'aaz'],
    ['halfwidth kana with its voicing mark', '\uff76\uff9e', '\u30ac'],
    ['case', 'ÀÉÎÕÜ', 'àéîõü'],
    ['case outside the BMP', '\u{10400}', '\u{10428}'],
    ['a capital with a dot, which stays apart from i', 'İ', 'i\u0307'],
    ['composition', 'e\u0301', 'é'],
    ['canonical order', 'e\u0302\u0323', '\u1ec7'],
    ['a rule that only the lowered text obeys', 'L·L', 'l·l'],
  ])('maps %s', (_name, text, username) => {
    expect(prepareUsername(text)).toBe(username);
    expect(prepareUsername(username)).toBe(username);
  });
});

describe('UsernameCaseMapped with another Unicode', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('refuses what it lowers to a letter that the tables do not know', () => {
    const toLowerCase = vi.spyOn(String.prototype, 'toLowerCase').mockReturnValue('\ua7ce');
    const username = prepareUsername('é');
    const calls = toLowerCase.mock.calls.length;
    vi.restoreAllMocks();
    expect([username, calls]).toEqual([undefined, 1]);
  });

  test('refuses what does not stay the same when it is lowered again', () => {
    const toLowerCase = vi.spyOn(String.prototype, 'toLowerCase').mockReturnValueOnce('é').mockReturnValueOnce('è');
    const username = prepareUsername('É');
    const calls = toLowerCase.mock.calls.length;
    vi.restoreAllMocks();
    expect([username, calls]).toEqual([undefined, 2]);
  });
});

describe('OpaqueString', () => {
  // RFC 8265 §4.3, tables 4 and 5
  test.each([
    ['correct horse battery staple', 'correct horse battery staple'],
    ['Correct Horse Battery Staple', 'Correct Horse Battery Staple'],
    ['πßå', 'πßå'],
    ['Jack of \u2666s', 'Jack of \u2666s'],
    ['foo\u1680bar', 'foo bar'],
  ])('RFC 8265 §4.3: %s', (text, password) => {
    expect(prepareOpaqueString(text)).toBe(password);
  });

  test.each([
    ['empty', ''],
    ['a control', 'my cat is a \tby'],
    ['a C1 control', 'a\u0085'],
    ['NUL', 'a\0'],
    ['a soft hyphen', 'a\u00ad'],
    ['a variation selector', '\u2764\ufe0f'],
    ['a joined emoji', '\u{1f469}\u200d\u{1f4bb}'],
    ['conjoining jamo', '\u1100\u1161'],
    ['private use', '\ue000'],
    ['a noncharacter', '\uffff'],
    ['a lone surrogate', '\udc00'],
    ['an unassigned code point', '\u0378'],
  ])('refuses %s', (_name, text) => {
    expect(prepareOpaqueString(text)).toBeUndefined();
  });

  test.each([
    ['spaces stay where they are', '  a  ', '  a  '],
    ['every kind of space', '\u00a0\u2000\u200a\u202f\u205f\u3000', '      '],
    ['case stays', 'ÀB', 'ÀB'],
    ['width stays', '\uff21', '\uff21'],
    ['composition', 'A\u030a', 'Å'],
    ['a singleton', '\u212b', 'Å'],
    ['an emoji', '\u{1f40e}', '\u{1f40e}'],
    ['both directions', '\u05d0a', '\u05d0a'],
  ])('%s', (_name, text, opaque) => {
    expect(prepareOpaqueString(text)).toBe(opaque);
    expect(prepareOpaqueString(opaque)).toBe(opaque);
  });
});
