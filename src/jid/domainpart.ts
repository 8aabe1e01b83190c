/**
 * Domainparts (RFC 7622 §3.2): host names of NR-LDH labels and U-labels, IPv4 addresses, IPv6 addresses in brackets.
 *
 * This file uses `as`: tr46 has no types.
 */
import { createRequire } from 'node:module';
import { CONTEXT, propertiesOf, statusOf, UNASSIGNED, VALID } from './code-points.ts';
import { obeysContextualRules } from './contextual-rules.ts';
import { canonicalIpv6, endsInNumber, isIpv4 } from './ip-literal.ts';
import { MAX_PART_BYTES } from './part-limit.ts';

/** RFC 1035 §2.3.4, in its text form without the trailing dot. */
const MAX_NAME_LENGTH = 253;
const MAX_LABEL_LENGTH = 63;

const DOT = 0x2e;
const HYPHEN = 0x2d;

/** The part used here of tr46, which implements UTS #46 for a Unicode version of its own. */
interface Tr46 {
  toASCII(domain: string, options: Readonly<Record<string, boolean>>): string | null;
  toUnicode(
    domain: string,
    options: Readonly<Record<string, boolean>>,
  ): { readonly domain: string; readonly error: boolean };
}

/** UTS #46 §4, every check on and nontransitional. */
const STRICT = {
  useSTD3ASCIIRules: true,
  checkHyphens: true,
  checkBidi: true,
  checkJoiners: true,
  verifyDNSLength: true,
  transitionalProcessing: false,
};

const require = createRequire(import.meta.url);
let loaded: Tr46 | undefined;

/** Its tables take megabytes and milliseconds, and most servers never meet a name that needs them. */
function tr46(): Tr46 {
  return (loaded ??= require('tr46') as Tr46);
}

/**
 * The canonical form of a domainpart: lower case, U-labels in Unicode, without trailing dot; `undefined` if it is
 * malformed.
 */
export function prepareDomainpart(text: string): string | undefined {
  if (text.length > MAX_PART_BYTES) return undefined;
  if (text.startsWith('[')) return canonicalIpv6(text);
  return prepareName(withoutTrailingDot(text));
}

/** RFC 7622 §3.2: one final label separator is stripped first; the others are what UTS #46 maps to a dot. */
function withoutTrailingDot(text: string): string {
  switch (text.charCodeAt(text.length - 1)) {
    case DOT:
    case 0x3002:
    case 0xff0e:
    case 0xff61:
      return text.slice(0, -1);
    default:
      return text;
  }
}

function prepareName(name: string): string | undefined {
  let upperCase = false;
  let labelStart = 0;
  let previous = DOT;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code > 0x7f) return prepareInternationalized(name);
    if (code === DOT) {
      if (!isLabelEnd(previous, i - labelStart)) return undefined;
      labelStart = i + 1;
    } else if (code === HYPHEN) {
      // A hyphen pair at this place marks an A-label or a label reserved for the future (RFC 5890 §2.3.1).
      if (i - labelStart === 3 && previous === HYPHEN) return prepareInternationalized(name);
      if (i === labelStart) return undefined;
    } else if (code >= 0x41 && code <= 0x5a) {
      upperCase = true;
    } else if (!((code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39))) {
      return undefined;
    }
    previous = code;
  }
  if (!isLabelEnd(previous, name.length - labelStart) || name.length > MAX_NAME_LENGTH) return undefined;
  const lower = upperCase ? name.toLowerCase() : name;
  return endsInNumber(lower) && !isIpv4(lower) ? undefined : lower;
}

function isLabelEnd(last: number, length: number): boolean {
  return length > 0 && length <= MAX_LABEL_LENGTH && last !== HYPHEN;
}

function prepareInternationalized(name: string): string | undefined {
  if (!Array.from(name).every(isAssigned)) return undefined;
  const { domain, error } = tr46().toUnicode(name, STRICT);
  // Both ways, since only this direction verifies the lengths, and those of the canonical form are what counts.
  if (error || tr46().toASCII(domain, STRICT) === null) return undefined;
  if (!domain.split('.').every(isLabel)) return undefined;
  return endsInNumber(domain) && !isIpv4(domain) ? undefined : domain;
}

function isAssigned(character: string): boolean {
  return statusOf(propertiesOf(character.codePointAt(0) ?? 0)) !== UNASSIGNED;
}

/**
 * Whether IDNA2008 (RFC 5891 §4.2) allows the code points of a label, where UTS #46 is content with symbols, emoji and
 * look-alikes of the slash among them. What UTS #46 left is stable under case folding and NFKC; of such code points
 * RFC 5892 §3 allows those of the IdentifierClass (RFC 8264 §4.2) outside the blocks of its §2.4.
 */
function isLabel(label: string): boolean {
  const codePoints = Array.from(label, (character) => character.codePointAt(0) ?? 0);
  return codePoints.every(isLabelCodePoint) && obeysContextualRules(codePoints);
}

function isLabelCodePoint(codePoint: number): boolean {
  const combiningForSymbols = codePoint >= 0x20d0 && codePoint <= 0x20ff;
  const musical = codePoint >= 0x1d100 && codePoint <= 0x1d24f;
  if (combiningForSymbols || musical) return false;
  const status = statusOf(propertiesOf(codePoint));
  return status === VALID || status === CONTEXT;
}
