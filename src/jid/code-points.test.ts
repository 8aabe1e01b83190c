import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  bidiClassOf,
  BIDI_AL,
  BIDI_AN,
  BIDI_EN,
  BIDI_ES,
  BIDI_L,
  BIDI_NSM,
  BIDI_ON,
  BIDI_R,
  CONTEXT,
  FREE,
  isVirama,
  JOINS_BOTH,
  JOINS_LEFT,
  JOINS_RIGHT,
  JOINS_TRANSPARENTLY,
  joiningTypeOf,
  propertiesOf,
  SCRIPT_GREEK,
  SCRIPT_HEBREW,
  SCRIPT_KANA_OR_HAN,
  scriptOf,
  statusOf,
  UNASSIGNED,
  VALID,
} from './code-points.ts';

const DISALLOWED = 1;
const CODE_POINTS = 0x110000;

function isSurrogate(codePoint: number): boolean {
  return codePoint >= 0xd800 && codePoint <= 0xdfff;
}

/** RFC 8264 §8 for a code point without an exception, by the properties that this Node.js knows. */
function statusByThisNode(text: string): number {
  if (/^[!-~]$/.test(text)) return VALID;
  if (/^[\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7c6\ud7cb-\ud7fb]$/.test(text)) return DISALLOWED;
  if (/^[\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\p{Cc}]$/u.test(text)) return DISALLOWED;
  if (text.normalize('NFKC') !== text) return FREE;
  if (/^[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}]$/u.test(text)) return VALID;
  return /^[\p{Lt}\p{Nl}\p{No}\p{Me}\p{Zs}\p{S}\p{P}]$/u.test(text) ? FREE : DISALLOWED;
}

test('apart from the exceptions of RFC 8264 §9.6, statuses are what §8 derives', () => {
  const exceptions: string[] = [];
  for (let codePoint = 0; codePoint < CODE_POINTS; codePoint++) {
    const status = statusOf(propertiesOf(codePoint));
    if (status === UNASSIGNED || status === CONTEXT || isSurrogate(codePoint)) continue;
    const text = String.fromCodePoint(codePoint);
    if (status !== statusByThisNode(text)) exceptions.push(`${codePoint.toString(16)}=${String(status)}`);
  }
  expect(exceptions.join(' ')).toBe(
    '640=1 6fd=3 6fe=3 7fa=1 f0b=3 3007=3 302e=1 302f=1 3031=1 3032=1 3033=1 3034=1 3035=1 303b=1',
  );
});

test('what is assigned here is assigned for this Node.js too', () => {
  let differing = 0;
  for (let codePoint = 0; codePoint < CODE_POINTS; codePoint++) {
    const assigned = statusOf(propertiesOf(codePoint)) !== UNASSIGNED;
    if (assigned && /^[\p{Cn}--\p{Noncharacter_Code_Point}]$/v.test(String.fromCodePoint(codePoint))) differing++;
  }
  expect(differing).toBe(0);
});

test('every Node.js normalizes and lowers what is assigned alike', () => {
  const hash = createHash('sha256');
  for (let codePoint = 0; codePoint < CODE_POINTS; codePoint++) {
    if (statusOf(propertiesOf(codePoint)) === UNASSIGNED || isSurrogate(codePoint)) continue;
    const text = String.fromCodePoint(codePoint);
    hash.update(
      [text.normalize('NFC'), text.normalize('NFKC'), text.normalize('NFD'), text.toLowerCase()].join(' ') + '\n',
    );
  }
  // The same on Node.js 24.11 (Unicode 16.0) and 26.10 (Unicode 17.0).
  expect(hash.digest('hex')).toBe('9bdbb158e0f4dc2bd242a5960b45492cc3ab0655f9bf54c658607408bc9924c5');
});

test('the contextual code points are those of RFC 8264 §9.6 and §9.8', () => {
  const found: string[] = [];
  for (let codePoint = 0; codePoint < CODE_POINTS; codePoint++) {
    if (statusOf(propertiesOf(codePoint)) === CONTEXT) found.push(codePoint.toString(16));
  }
  const digits = [0x660, 0x6f0].flatMap((first) => Array.from({ length: 10 }, (_, i) => (first + i).toString(16)));
  expect(found).toEqual(['b7', '375', '5f3', '5f4', ...digits, '200c', '200d', '30fb']);
});

test.each([
  ['not yet assigned', 0x378, UNASSIGNED],
  ['assigned in Unicode 16', 0xa7dc, VALID],
  ['assigned in Unicode 17', 0xa7ce, UNASSIGNED],
  ['the last emoji of Unicode 16', 0x1fae9, FREE],
  ['an emoji of Unicode 17', 0x1fac8, UNASSIGNED],
  ['private use', 0xe000, DISALLOWED],
  ['a surrogate', 0xd800, DISALLOWED],
  ['a noncharacter', 0x10ffff, DISALLOWED],
])('%s', (_name, codePoint, status) => {
  expect(statusOf(propertiesOf(codePoint))).toBe(status);
});

test.each([
  ['a', BIDI_L],
  ['ש', BIDI_R],
  ['ا', BIDI_AL],
  ['٣', BIDI_AN],
  ['۳', BIDI_EN],
  ['7', BIDI_EN],
  ['-', BIDI_ES],
  ['_', BIDI_ON],
  ['\u0300', BIDI_NSM],
])('the bidi class of %s', (character, bidiClass) => {
  expect(bidiClassOf(propertiesOf(character.codePointAt(0) ?? 0))).toBe(bidiClass);
});

test.each([
  ['ARABIC LETTER BEH', 0x0628, JOINS_BOTH],
  ['ARABIC LETTER ALEF', 0x0627, JOINS_RIGHT],
  ['PHAGS-PA SUPERFIXED LETTER RA', 0xa872, JOINS_LEFT],
  ['ARABIC FATHA', 0x064e, JOINS_TRANSPARENTLY],
  ['NKO DANTAYALAN', 0x07fd, JOINS_TRANSPARENTLY],
  ['ZERO WIDTH NON-JOINER', 0x200c, 0],
  ['LATIN SMALL LETTER A', 0x0061, 0],
])('the joining type of %s', (_name, codePoint, type) => {
  expect(joiningTypeOf(propertiesOf(codePoint))).toBe(type);
});

test.each([
  ['α', SCRIPT_GREEK],
  ['א', SCRIPT_HEBREW],
  ['か', SCRIPT_KANA_OR_HAN],
  ['カ', SCRIPT_KANA_OR_HAN],
  ['漢', SCRIPT_KANA_OR_HAN],
  ['a', 0],
])('the script of %s', (character, script) => {
  expect(scriptOf(propertiesOf(character.codePointAt(0) ?? 0))).toBe(script);
});

test('viramas', () => {
  const found: number[] = [];
  for (let codePoint = 0; codePoint < CODE_POINTS; codePoint++) {
    if (isVirama(propertiesOf(codePoint))) found.push(codePoint);
  }
  expect(found.length).toBe(69);
  expect(found).toEqual(expect.arrayContaining([0x94d, 0xd3b, 0x1039, 0x11f42, 0x1612f]));
});
