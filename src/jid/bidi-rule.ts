/** The Bidi Rule of RFC 5893 §2, which RFC 8265 §3.3.1 applies to usernames with right-to-left code points. */
import {
  BIDI_AL,
  BIDI_AN,
  BIDI_BN,
  BIDI_CS,
  BIDI_EN,
  BIDI_ES,
  BIDI_ET,
  BIDI_L,
  BIDI_NSM,
  BIDI_ON,
  BIDI_R,
  bidiClassOf,
  propertiesOf,
} from './code-points.ts';

function setOf(...classes: readonly number[]): number {
  return classes.reduce((set, bidiClass) => set | (1 << bidiClass), 0);
}

const RIGHT_TO_LEFT = setOf(BIDI_R, BIDI_AL, BIDI_AN);
const NEUTRAL = setOf(BIDI_EN, BIDI_ES, BIDI_CS, BIDI_ET, BIDI_ON, BIDI_BN, BIDI_NSM);
const IN_RTL = RIGHT_TO_LEFT | NEUTRAL;
const IN_LTR = setOf(BIDI_L) | NEUTRAL;
const ENDS_RTL = setOf(BIDI_R, BIDI_AL, BIDI_EN, BIDI_AN);
const ENDS_LTR = setOf(BIDI_L, BIDI_EN);
const BOTH_NUMBERS = setOf(BIDI_EN, BIDI_AN);

/** Whether the text either has no right-to-left code point (R, AL, AN) or meets all six conditions. */
export function obeysBidiRule(codePoints: readonly number[]): boolean {
  let present = 0;
  let last = 0; // the last class that is not NSM
  for (const codePoint of codePoints) {
    const bidiClass = bidiClassOf(propertiesOf(codePoint));
    present |= 1 << bidiClass;
    if (bidiClass !== BIDI_NSM) last = bidiClass;
  }
  if ((present & RIGHT_TO_LEFT) === 0) return true;

  const first = bidiClassOf(propertiesOf(codePoints[0] ?? 0));
  if (first === BIDI_L) {
    return (present & ~IN_LTR) === 0 && ((1 << last) & ENDS_LTR) !== 0; // conditions 5 and 6
  }
  if (first !== BIDI_R && first !== BIDI_AL) return false; // condition 1
  const endsWell = ((1 << last) & ENDS_RTL) !== 0; // condition 3
  const mixesNumbers = (present & BOTH_NUMBERS) === BOTH_NUMBERS; // condition 4
  return endsWell && !mixesNumbers && (present & ~IN_RTL) === 0; // condition 2
}
