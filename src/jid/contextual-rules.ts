/** The contextual rules of RFC 5892 appendix A, which PRECIS (RFC 8264 §4.2.2 and §4.3.2) and IDNA2008 share. */
import {
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
} from './code-points.ts';

const SMALL_L = 0x6c;
const MIDDLE_DOT = 0xb7;
const GREEK_KERAIA = 0x375;
const GERESH = 0x5f3;
const GERSHAYIM = 0x5f4;
const ZERO_WIDTH_NON_JOINER = 0x200c;
const ZERO_WIDTH_JOINER = 0x200d;
const KATAKANA_MIDDLE_DOT = 0x30fb;

/** The code point at `index`, or -1 outside the text. */
function at(codePoints: readonly number[], index: number): number {
  return codePoints[index] ?? -1;
}

function scriptAt(codePoints: readonly number[], index: number): number {
  const codePoint = at(codePoints, index);
  return codePoint === -1 ? 0 : scriptOf(propertiesOf(codePoint));
}

function followsVirama(codePoints: readonly number[], index: number): boolean {
  const before = at(codePoints, index - 1);
  return before !== -1 && isVirama(propertiesOf(before));
}

/** The joining type next to `index` in the direction `step`, transparent code points skipped; 0 at the end of the text. */
function joiningTypeBeside(codePoints: readonly number[], index: number, step: 1 | -1): number {
  for (let i = index + step; ; i += step) {
    const codePoint = at(codePoints, i);
    if (codePoint === -1) return 0;
    const type = joiningTypeOf(propertiesOf(codePoint));
    if (type !== JOINS_TRANSPARENTLY) return type;
  }
}

/** Appendix A.1: the non-joiner parts two letters that would join. */
function breaksCursiveJoin(codePoints: readonly number[], index: number): boolean {
  const left = joiningTypeBeside(codePoints, index, -1);
  if (left !== JOINS_LEFT && left !== JOINS_BOTH) return false;
  const right = joiningTypeBeside(codePoints, index, 1);
  return right === JOINS_RIGHT || right === JOINS_BOTH;
}

/** Whether every CONTEXTJ and CONTEXTO code point of the text stands where its rule allows it. Linear in the text. */
export function obeysContextualRules(codePoints: readonly number[]): boolean {
  let katakanaMiddleDot = false;
  let kanaOrHan = false;
  let arabicIndicDigit = false;
  let extendedArabicIndicDigit = false;
  for (const [index, codePoint] of codePoints.entries()) {
    if (codePoint < MIDDLE_DOT) continue;
    if (codePoint >= 0x660 && codePoint <= 0x669) arabicIndicDigit = true;
    else if (codePoint >= 0x6f0 && codePoint <= 0x6f9) extendedArabicIndicDigit = true;
    else if (codePoint === KATAKANA_MIDDLE_DOT) katakanaMiddleDot = true;
    else if (!obeysNeighbourRule(codePoints, index)) return false;
    else if (scriptAt(codePoints, index) === SCRIPT_KANA_OR_HAN) kanaOrHan = true;
  }
  if (katakanaMiddleDot && !kanaOrHan) return false; // A.7
  return !(arabicIndicDigit && extendedArabicIndicDigit); // A.8 and A.9
}

/** Appendices A.1 to A.6: the rules that look only at the neighbours. */
function obeysNeighbourRule(codePoints: readonly number[], index: number): boolean {
  switch (at(codePoints, index)) {
    case ZERO_WIDTH_NON_JOINER:
      return followsVirama(codePoints, index) || breaksCursiveJoin(codePoints, index);
    case ZERO_WIDTH_JOINER:
      return followsVirama(codePoints, index);
    case MIDDLE_DOT:
      return at(codePoints, index - 1) === SMALL_L && at(codePoints, index + 1) === SMALL_L;
    case GREEK_KERAIA:
      return scriptAt(codePoints, index + 1) === SCRIPT_GREEK;
    case GERESH:
    case GERSHAYIM:
      return scriptAt(codePoints, index - 1) === SCRIPT_HEBREW;
    default:
      return true;
  }
}
