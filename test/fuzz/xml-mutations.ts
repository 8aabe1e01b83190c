/** Inputs for the parser that are nearly XML. */
import type { Random } from './xml-random.ts';
import { randomElement, spell } from './xml-trees.ts';

/** Pieces that a parser has to decide something about. */
const PIECES: readonly Buffer[] = [
  ...[
    '<',
    '>',
    '/',
    '</',
    '/>',
    '&',
    ';',
    '&amp;',
    '&lt',
    '&#0;',
    '&#x1f;',
    '&#xFFFE;',
    '&#xD800;',
    '&#x110000;',
    '&#65;',
  ],
  ...[
    '&foo;',
    '&#x;',
    '&#;',
    '&#xg;',
    '&#10;',
    '&#13;',
    ']]>',
    ']]',
    '<![CDATA[',
    '<![CDATA[]]>',
    '<!--',
    '-->',
    '<?',
    '?>',
  ],
  ...[
    '<!DOCTYPE a>',
    "<?xml version='1.0'?>",
    '<!',
    '=',
    '"',
    "'",
    ' ',
    '\n',
    '\r',
    '\t',
    '\u0000',
    '\u001f',
    '\u007f',
    '\u0085',
  ],
  ...[
    'xmlns',
    " xmlns='urn:n'",
    " xmlns=''",
    " xmlns:p='urn:p'",
    " xmlns:q='urn:p'",
    " xmlns:p=''",
    ' xmlns:xmlns="u"',
  ],
  ...[" xmlns:xml='http://www.w3.org/XML/1998/namespace'", " xmlns='http://www.w3.org/XML/1998/namespace'"],
  ...[
    " xmlns:p='http://www.w3.org/2000/xmlns/'",
    " xmlns:xml='u'",
    'p:',
    'xml:',
    'xmlns:',
    ':',
    ' p:a=""',
    " q:a=''",
    " a=''",
  ],
  ...[
    '<p:a/>',
    '<a/>',
    '</a>',
    '<a',
    'é',
    '名',
    '×',
    '\u00b7',
    '\u2028',
    '\ufeff',
    '\ufffd',
    '\ufffe',
    '\uffff',
    '\u{1F600}',
  ],
].map((text) => Buffer.from(text));

const BAD_BYTES: readonly Buffer[] = [
  [0xc0, 0xbc],
  [0xe0, 0x80, 0xbc],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf8],
  [0xfe],
  [0xff],
  [0xc3],
  [0xe2, 0x80],
  [0xf0, 0x9f, 0x98],
  [0x80],
].map((bytes) => Buffer.from(bytes));

/** A document that something was done to, up to twice. */
export function mutated(random: Random): Buffer {
  let bytes = document(random);
  for (let n = random.below(3); n > 0; n--) bytes = mutate(random, bytes);
  return bytes;
}

function document(random: Random): Buffer {
  return Buffer.from(spell(random, randomElement(random, random.below(3))));
}

function mutate(random: Random, bytes: Buffer): Buffer {
  const at = random.below(bytes.length + 1);
  const to = Math.min(bytes.length, at + 1 + random.below(8));
  switch (random.below(6)) {
    case 0:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]);
    case 1:
      return Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]);
    case 2: {
      const other = document(random);
      return Buffer.concat([bytes.subarray(0, at), other.subarray(random.below(other.length))]);
    }
    case 3: {
      const changed = Buffer.from(bytes);
      if (at < changed.length) changed[at] = random.below(256);
      return changed;
    }
    default: {
      const pieces = random.oneIn(8) ? BAD_BYTES : PIECES;
      const piece = pieces[random.below(pieces.length)] ?? bytes;
      return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(random.oneIn(2) ? at : to)]);
    }
  }
}
