import { expect, test } from 'vitest';
import { obeysBidiRule } from './bidi-rule.ts';

const ALEF = '\u05d0'; // R
const BEH = '\u0628'; // AL
const THREE = '\u0663'; // AN
const MARK = '\u05b0'; // NSM

test.each([
  ['no right-to-left code point, whatever the rest', '-a-', true],
  ['right-to-left alone', ALEF + BEH, true],
  ['1: starts with L', `a${ALEF}`, false],
  ['1: starts with a digit', `1${ALEF}`, false],
  ['1: starts with a mark', MARK + ALEF, false],
  ['1: starts with AN', THREE + BEH, false],
  ['1: AN alone', THREE, false],
  ['2: L within right-to-left', `${ALEF}a${ALEF}`, false],
  ['2: separators and neutrals within', `${ALEF}-.+$!${ALEF}`, true],
  ['3: ends with EN', `${ALEF}1`, true],
  ['3: ends with AN', BEH + THREE, true],
  ['3: ends with ES', `${ALEF}-`, false],
  ['3: ends with ON', `${ALEF}!`, false],
  ['3: ends with marks after R', ALEF + MARK + MARK, true],
  ['3: ends with marks after ON', `${ALEF}!${MARK}`, false],
  ['4: EN and AN', `${BEH}1${THREE}`, false],
  ['4: only EN', `${BEH}1${BEH}`, true],
  ['5: starts with L, right-to-left within', `a${ALEF}b`, false],
  ['5: starts with L, AN within', `a${THREE}b`, false],
])('%s', (_name, text, obeys) => {
  expect(obeysBidiRule(Array.from(text, (character) => character.codePointAt(0) ?? 0))).toBe(obeys);
});
