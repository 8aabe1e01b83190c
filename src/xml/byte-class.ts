/** What a byte may be in XML 1.0, as bits of one table that every loop of the scanner shares. */

/** May begin a name (ASCII only: §2.3 `NameStartChar` without the colon). */
export const NAME_START = 1;
/** May continue a name (ASCII only: §2.3 `NameChar` without the colon). */
export const NAME = 2;
/** White space (§2.3 `S`). */
export const SPACE = 4;
/** In character data, needs a closer look: markup, `>`, CR, control characters, all that is not ASCII. */
export const TEXT_STOP = 8;
/** In an attribute value, needs a closer look: as above, quotes, TAB and LF. */
export const VALUE_STOP = 16;

/** Indexed by byte. */
export const BYTE_CLASS = new Uint8Array(256);

export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const BANG = 0x21;
export const QUOT = 0x22;
export const HASH = 0x23;
export const AMP = 0x26;
export const APOS = 0x27;
export const SLASH = 0x2f;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
export const LT = 0x3c;
export const EQUALS = 0x3d;
export const GT = 0x3e;
export const QUESTION = 0x3f;
export const BRACKET = 0x5d;
export const BRACE = 0x7b;

function mark(bytes: Iterable<number>, bits: number): void {
  for (const byte of bytes) BYTE_CLASS[byte] = (BYTE_CLASS[byte] ?? 0) | bits;
}

function* range(from: number, to: number): Iterable<number> {
  for (let byte = from; byte <= to; byte++) yield byte;
}

mark(range(0x41, 0x5a), NAME_START | NAME); // A-Z
mark(range(0x61, 0x7a), NAME_START | NAME); // a-z
mark([0x5f], NAME_START | NAME); // _
mark(range(0x30, 0x39), NAME);
mark([0x2d, 0x2e], NAME); // - .
mark([0x20, TAB, LF, CR], SPACE);
mark(range(0x00, 0x1f), TEXT_STOP | VALUE_STOP);
mark(range(0x80, 0xff), TEXT_STOP | VALUE_STOP);
mark([LT, AMP, GT], TEXT_STOP | VALUE_STOP);
mark([QUOT, APOS], VALUE_STOP);
BYTE_CLASS[TAB] = SPACE | VALUE_STOP;
BYTE_CLASS[LF] = SPACE | VALUE_STOP;
