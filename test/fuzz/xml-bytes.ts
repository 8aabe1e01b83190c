/** Byte strings that parsers disagree about, with what this one has to say (S12, S15). */

/** What must become of a stanza that contains the bytes. */
export type Fate = 'accepted' | 'not-well-formed' | 'unsupported-encoding';

/** `[bytes, fate]` */
export type ByteCase = readonly [readonly number[], Fate];

const MARKUP = [0x00, 0x20, 0x22, 0x26, 0x27, 0x2f, 0x3c, 0x3e, 0x7f];

/** Forms of an ASCII character that are longer than needed (RFC 3629 §3). */
function* overlong(): Iterable<ByteCase> {
  for (const byte of MARKUP) {
    yield [[0xc0 | (byte >> 6), 0x80 | (byte & 0x3f)], 'unsupported-encoding'];
    yield [[0xe0, 0x80 | (byte >> 6), 0x80 | (byte & 0x3f)], 'unsupported-encoding'];
    yield [[0xf0, 0x80, 0x80 | (byte >> 6), 0x80 | (byte & 0x3f)], 'unsupported-encoding'];
  }
}

const INVALID: readonly (readonly number[])[] = [
  [0xe0, 0x9f, 0xbf],
  [0xf0, 0x8f, 0xbf, 0xbf],
  // surrogates, alone and in pairs
  [0xed, 0xa0, 0x80],
  [0xed, 0xad, 0xbf],
  [0xed, 0xb0, 0x80],
  [0xed, 0xbf, 0xbf],
  [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
  // beyond U+10FFFF
  [0xf4, 0x90, 0x80, 0x80],
  [0xf4, 0xbf, 0xbf, 0xbf],
  [0xf5, 0x80, 0x80, 0x80],
  [0xf8, 0x88, 0x80, 0x80, 0x80],
  [0xfc, 0x84, 0x80, 0x80, 0x80, 0x80],
  [0xfe],
  [0xff],
  [0xff, 0xfe],
  // continuation bytes without a lead
  [0x80],
  [0xbf],
  [0xa0, 0xa0],
  [0xc3, 0xa9, 0xa9],
  // leads without enough continuation bytes, before markup and before text
  [0xc3],
  [0xc3, 0x28],
  [0xe2],
  [0xe2, 0x80],
  [0xe2, 0x28, 0xa1],
  [0xe2, 0x82, 0x28],
  [0xf0],
  [0xf0, 0x9f],
  [0xf0, 0x9f, 0x98],
  [0xf0, 0x28, 0x8c, 0xbc],
  [0xf0, 0x9f, 0x28, 0x80],
  [0xf0, 0x9f, 0x98, 0x28],
  [0xc3, 0xc3, 0xa9],
  [0xe2, 0xc3, 0xa9],
];

/** Valid UTF-8 that is no XML `Char`, and control characters. */
const FORBIDDEN: readonly (readonly number[])[] = [
  [0xef, 0xbf, 0xbe],
  [0xef, 0xbf, 0xbf],
  ...[0x00, 0x01, 0x07, 0x08, 0x0b, 0x0c, 0x0e, 0x1b, 0x1f].map((byte) => [byte]),
];

/** Odd, and legal. */
const LEGAL = [
  ...[
    '\u007f',
    '\u0080',
    '\u0085',
    '\u009f',
    '\u00a0',
    '\u07ff',
    '\u0800',
    '\ud7ff',
    '\ue000',
    '\ufdd0',
    '\ufeff',
    '\ufffd',
  ],
  ...[
    '\u{10000}',
    '\u{1F600}',
    '\u{1FFFE}',
    '\u{1FFFF}',
    '\u{10FFFF}',
    '\u200b',
    '\u200d',
    '\u202e',
    '\u2028',
    '\u2029',
  ],
  ...['e\u0301', '\u0301', '\u{E0001}', '\u2066', '\u061c'],
];

function cases(): ByteCase[] {
  return [
    ...overlong(),
    ...INVALID.map((bytes): ByteCase => [bytes, 'unsupported-encoding']),
    ...FORBIDDEN.map((bytes): ByteCase => [bytes, 'not-well-formed']),
    ...LEGAL.map((text): ByteCase => [[...Buffer.from(text)], 'accepted']),
  ];
}

/** Where in a stanza they stand. */
const PLACES: readonly (readonly [string, string, string])[] = [
  ['body', "<message to='v@s'><body>a", 'b</body></message>'],
  ['attribute', "<message to='v@s'><x xmlns='urn:x' y='a", "b'/></message>"],
  ['address', "<message to='v", "@s'/>"],
  ['CDATA', "<message to='v@s'><body><![CDATA[a", 'b]]></body></message>'],
];

/** Stanzas with such bytes: where, the stanza, what must become of it. */
export function corpus(): { place: string; stanza: Buffer; fate: Fate; bytes: readonly number[] }[] {
  const all = [];
  for (const [bytes, fate] of cases()) {
    for (const [place, before, behind] of PLACES) {
      all.push({
        place,
        bytes,
        fate,
        stanza: Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(behind)]),
      });
    }
  }
  return all;
}
