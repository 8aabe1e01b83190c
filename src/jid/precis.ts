/**
 * The PRECIS profiles of RFC 8265: UsernameCaseMapped (§3.3) and OpaqueString (§4.2).
 *
 * Both refuse what is unassigned in the Unicode version of the tables, so that every Node.js gives the same answer: its
 * own, perhaps newer, Unicode serves only for toLowerCase() and normalize() of code points that old and new versions
 * treat alike.
 */
import { obeysBidiRule } from './bidi-rule.ts';
import { CONTEXT, FREE, propertiesOf, statusOf, VALID } from './code-points.ts';
import { obeysContextualRules } from './contextual-rules.ts';

/** The code points of the text; a lone surrogate is one too, and no class allows it. */
function codePointsOf(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}

/** RFC 8264 §4.2: the IdentifierClass without its contextual rules. */
function inIdentifierClass(codePoint: number): boolean {
  const status = statusOf(propertiesOf(codePoint));
  return status === VALID || status === CONTEXT;
}

/** RFC 8264 §4.3: the FreeformClass without its contextual rules. */
function inFreeformClass(codePoint: number): boolean {
  const status = statusOf(propertiesOf(codePoint));
  return status === VALID || status === CONTEXT || status === FREE;
}

/** RFC 8265 §3.3.1, rule 1: code points of the block Halfwidth and Fullwidth Forms become what they are forms of. */
function mapWidth(text: string): string {
  let mapped = '';
  for (const character of text) {
    mapped += character >= '\uff01' && character <= '\uffee' ? character.normalize('NFKC') : character;
  }
  return mapped;
}

/** RFC 8265 §4.2.1, rule 2: every space (General_Category Zs) becomes U+0020. */
function mapSpaces(text: string): string {
  return text.replace(/[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g, ' ');
}

function enforceUsername(text: string): string | undefined {
  const prepared = mapWidth(text);
  if (!codePointsOf(prepared).every(inIdentifierClass)) return undefined;
  const result = prepared.toLowerCase().normalize('NFC');
  const codePoints = codePointsOf(result);
  // A Unicode newer than the tables may lower an old letter to a new one.
  if (!codePoints.every(inIdentifierClass)) return undefined;
  if (!obeysContextualRules(codePoints) || !obeysBidiRule(codePoints)) return undefined;
  // RFC 8264 §7: the outcome has to be stable.
  return result.toLowerCase().normalize('NFC') === result ? result : undefined;
}

function enforceOpaqueString(text: string): string | undefined {
  if (!codePointsOf(text).every(inFreeformClass)) return undefined;
  const result = mapSpaces(text).normalize('NFC'); // never leaves the class: all that is composed of it is in it
  return obeysContextualRules(codePointsOf(result)) ? result : undefined;
}

/** Enforces UsernameCaseMapped (RFC 8265 §3.3.3); `undefined` where the text is no username. */
export function prepareUsername(text: string): string | undefined {
  let upperCase = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7e) return enforceUsername(text);
    if (code < 0x21) return undefined;
    if (code >= 0x41 && code <= 0x5a) upperCase = true;
  }
  if (text === '') return undefined;
  return upperCase ? text.toLowerCase() : text;
}

/** Enforces OpaqueString (RFC 8265 §4.2.2), for passwords and resourceparts; `undefined` where the text is none. */
export function prepareOpaqueString(text: string): string | undefined {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7e) return enforceOpaqueString(text);
    if (code < 0x20) return undefined;
  }
  return text === '' ? undefined : text;
}
