import { describe, expect, test } from 'vitest';
import { obeysContextualRules } from './contextual-rules.ts';

function obeys(text: string): boolean {
  return obeysContextualRules(Array.from(text, (character) => character.codePointAt(0) ?? 0));
}

const NON_JOINER = '\u200c';
const JOINER = '\u200d';
const KA = '\u0915';
const VIRAMA = '\u094d';
const BEH = '\u0628'; // joins on both sides
const ALEF = '\u0627'; // joins only what stands before it
const FATHA = '\u064e'; // transparent
const JHA = '\ua872'; // joins only what follows

describe.each([
  ['A.1, after a virama', `${KA}${VIRAMA}${NON_JOINER}${KA}`, true],
  ['A.1, after a virama at the end', `${KA}${VIRAMA}${NON_JOINER}`, true],
  ['A.1, at the start', `${NON_JOINER}${KA}`, false],
  ['A.1, alone', NON_JOINER, false],
  ['A.1, between Latin letters', `a${NON_JOINER}b`, false],
  ['A.1, between joining letters', `${BEH}${NON_JOINER}${BEH}`, true],
  ['A.1, before a letter that joins to the right', `${BEH}${NON_JOINER}${ALEF}`, true],
  ['A.1, after a letter that joins to the right', `${ALEF}${NON_JOINER}${BEH}`, false],
  ['A.1, after a letter that joins to the left', `${JHA}${NON_JOINER}${BEH}`, true],
  ['A.1, before a letter that joins to the left', `${BEH}${NON_JOINER}${JHA}`, false],
  ['A.1, with marks between', `${BEH}${FATHA}${FATHA}${NON_JOINER}${FATHA}${BEH}`, true],
  ['A.1, nothing behind but marks', `${BEH}${NON_JOINER}${FATHA}`, false],
  ['A.1, nothing before but marks', `${FATHA}${NON_JOINER}${BEH}`, false],
  ['A.1, twice, both right', `${BEH}${NON_JOINER}${BEH}${NON_JOINER}${ALEF}`, true],
  ['A.1, twice, the second wrong', `${BEH}${NON_JOINER}${ALEF}${NON_JOINER}${BEH}`, false],
  ['A.1, two in a row', `${BEH}${NON_JOINER}${NON_JOINER}${BEH}`, false],
  ['A.2, after a virama', `${KA}${VIRAMA}${JOINER}${KA}`, true],
  ['A.2, between joining letters', `${BEH}${JOINER}${BEH}`, false],
  ['A.2, in an emoji sequence', `\u{1f469}${JOINER}\u{1f4bb}`, false],
  ['A.2, at the start', JOINER, false],
  ['A.3, between two l', 'col·lega', true],
  ['A.3, after another letter', 'a·l', false],
  ['A.3, before another letter', 'l·a', false],
  ['A.3, at the start', '·l', false],
  ['A.3, at the end', 'l·', false],
  ['A.4, before Greek', '\u0375α', true],
  ['A.4, before Latin', '\u0375a', false],
  ['A.4, after Greek', 'α\u0375', false],
  ['A.5, after Hebrew', 'א\u05f3', true],
  ['A.5, at the start', '\u05f3א', false],
  ['A.5, after Latin', 'a\u05f3', false],
  ['A.6, after Hebrew', 'א\u05f4ב', true],
  ['A.6, after Latin', 'a\u05f4', false],
  ['A.7, with Katakana', 'カ\u30fbカ', true],
  ['A.7, with Hiragana', 'か\u30fb', true],
  ['A.7, with Han', '\u30fb漢', true],
  ['A.7, far from it', '\u30fbabcdef漢', true],
  ['A.7, with Latin', 'a\u30fbb', false],
  ['A.7, alone', '\u30fb\u30fb', false],
  ['A.8, Arabic-Indic digits', '\u0660\u0669', true],
  ['A.9, extended Arabic-Indic digits', '\u06f0\u06f9', true],
  ['A.8, both', '\u0660a\u06f9', false],
  ['A.9, both', '\u06f9a\u0660', false],
  ['nothing contextual', 'añ漢א', true],
])('RFC 5892 appendix %s', (_name, text, allowed) => {
  test(allowed ? 'is allowed' : 'is refused', () => {
    expect(obeys(text)).toBe(allowed);
  });
});
