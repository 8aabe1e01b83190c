/** What is XML for this server and what is not (RFC 6120 §11), whole and in pieces. */
import { describe, expect, it } from 'vitest';
import { el, type Element } from './element.ts';
import { equal } from './equal.ts';
import { LIMITS_AFTER_AUTH } from './limits.ts';
import { NS_CLIENT, NS_STREAM, NS_XML } from './namespaces.ts';
import { XmlReader } from './reader.ts';
import { XmlError } from './xml-error.ts';

const HEADER = `<stream:stream xmlns='${NS_CLIENT}' xmlns:stream='${NS_STREAM}' xmlns:s='urn:s'>`;

/** The tree of the first stanza of a stream, or the condition of the error, or nothing, when it takes more. */
function read(stanza: Buffer, size: number): Element | string | undefined {
  const reader = new XmlReader(LIMITS_AFTER_AUTH);
  const bytes = Buffer.concat([Buffer.from(HEADER), stanza]);
  let result: Element | undefined;
  try {
    for (let at = 0; at < bytes.length; at += size) {
      reader.push(Buffer.from(bytes.subarray(at, at + size)));
      for (let token = reader.next(); token !== undefined; token = reader.next()) {
        if (token === 'stanza') result ??= reader.stanza.tree();
      }
    }
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return error.condition;
  }
  return result;
}

const SIZES = [100_000, 1, 2, 3, 7];

function bytesOf(input: string | readonly (string | number)[]): Buffer {
  const parts = typeof input === 'string' ? [input] : input;
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))));
}

const client = (name: string, ...parts: Parameters<typeof el>[2][]): Element => el(name, NS_CLIENT, ...parts);

describe('accepted', () => {
  const cases: [string, Element][] = [
    ['<a/>', client('a')],
    ['<a></a>', client('a')],
    ['<a ></a >', client('a')],
    ['<a\n/>', client('a')],
    [`<a b="'" c='"'/>`, client('a', { b: "'", c: '"' })],
    ["<a\tb = '1'\r\nc\n=\n'2'/>", client('a', { b: '1', c: '2' })],
    ['<a>&lt;&gt;&amp;&quot;&apos;</a>', client('a', `<>&"'`)],
    ['<a>&#65;&#x42;&#x000043;&#0000068;&#x1F600;&#9;&#10;&#13;</a>', client('a', 'ABCD\u{1F600}\t\n\r')],
    ["<a b='&#9;&#10;&#13;&#x20;'/>", client('a', { b: '\t\n\r ' })],
    ["<a b='1\t2\n3\r\n4\r5'/>", client('a', { b: '1 2 3 4 5' })],
    ['<a>1\r\n2\r3\n4\r\r\n</a>', client('a', '1\n2\n3\n4\n\n')],
    ['<a>]] ]> > ]&gt;</a>', client('a', ']] ]> > ]>')],
    ['<a>]]&gt;</a>', client('a', ']]>')],
    ['<a>&#93;]></a>', client('a', ']]>')],
    ["<a b=']]>'/>", client('a', { b: ']]>' })],
    ['<a><![CDATA[<b>&amp;]] ]></b>]]></a>', client('a', '<b>&amp;]] ]></b>')],
    ['<a><![CDATA[]]></a>', client('a')],
    ['<a>x<![CDATA[]]]]><![CDATA[>]]>y</a>', client('a', 'x]]>y')],
    ['<a><![CDATA[]]]></a>', client('a', ']')],
    ['<a><![CDATA[1\r\n2\r3]]></a>', client('a', '1\n2\n3')],
    [
      '<a>\u0085\u007f\u2028\ufeff\ufffd\ufdd0\u{1FFFE}\u{10FFFF}</a>',
      client('a', '\u0085\u007f\u2028\ufeff\ufffd\ufdd0\u{1FFFE}\u{10FFFF}'),
    ],
    ["<é à='1'/>", client('é', { à: '1' })],
    ['<_a.b-c1/>', client('_a.b-c1')],
    ['<a\u00b7\u0300\u203f/>', client('a\u00b7\u0300\u203f')],
    ['<\u{10000}/>', client('\u{10000}')],
    ["<a xml:lang='de' xml:space='preserve'/>", client('a', { 'xml:lang': 'de', 'xml:space': 'preserve' })],
    ['<xml:a/>', el('a', NS_XML)],
    [`<a xmlns:xml='${NS_XML}'/>`, client('a')],
    ["<a xmlns=''/>", el('a', '')],
    ["<a xmlns='urn:x'><b/><c xmlns=''/></a>", el('a', 'urn:x', el('b', 'urn:x'), el('c', ''))],
    [
      "<x:message xmlns:x='jabber:client' x:a='1' a='2'><x:body/></x:message>",
      client('message', { '{jabber:client}a': '1', a: '2' }, client('body')),
    ],
    ["<x:a xmlns:x='urn:x'><x:b xmlns:x='urn:y'/><x:c/></x:a>", el('a', 'urn:x', el('b', 'urn:y'), el('c', 'urn:x'))],
    ["<a xmlns:x='urn:x'><b x:c='1'/></a>", client('a', client('b', { '{urn:x}c': '1' }))],
    ['<s:a><b s:c="1"/></s:a>', el('a', 'urn:s', client('b', { '{urn:s}c': '1' }))],
    ["<a xmlns='urn:&#120;&amp;y'/>", el('a', 'urn:x&y')],
    ["<a xmlns:p='u' xmlns:q='v' p:b='1' q:b='2' b='3'/>", client('a', { '{u}b': '1', '{v}b': '2', b: '3' })],
    ["<a xmlns:xmlfoo='u' xmlfoo:b='1'/>", client('a', { '{u}b': '1' })],
    [
      "<a __proto__='1' constructor='2'><__proto__/></a>",
      client(
        'a',
        Object.fromEntries([
          ['__proto__', '1'],
          ['constructor', '2'],
        ]),
        client('__proto__'),
      ),
    ],
    ['<a><b><c>1</c><c/>2</b>3</a>', client('a', client('b', client('c', '1'), client('c'), '2'), '3')],
  ];

  it.each(cases)('%s', (input, expected) => {
    for (const size of SIZES) {
      const tree = read(Buffer.from(input), size);
      expect(tree).toBeTypeOf('object');
      expect(typeof tree === 'object' && equal(tree, expected), `${JSON.stringify(tree)} in pieces of ${size}`).toBe(
        true,
      );
    }
  });
});

/** What makes `<a>INPUT` or a whole stanza unacceptable, with the condition that tells (RFC 6120 §4.9.3). */
const REFUSED: readonly (readonly [string | readonly (string | number)[], string])[] = [
  // S1, S2, S4: what RFC 6120 §11.1 restricts
  ['<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">]><a>&a;</a>', 'restricted-xml'],
  ['<a><!DOCTYPE a SYSTEM "file:///etc/passwd"></a>', 'restricted-xml'],
  ['<a><!-- x --></a>', 'restricted-xml'],
  ['<a><!ELEMENT a ANY></a>', 'restricted-xml'],
  ['<a><![INCLUDE[]]></a>', 'restricted-xml'],
  ['<a><![cdata[x]]></a>', 'restricted-xml'],
  ['<a><?x?></a>', 'restricted-xml'],
  ["<a><?xml version='1.0'?></a>", 'restricted-xml'],
  ['<!-- x --><a/>', 'restricted-xml'],
  ['<?x?><a/>', 'restricted-xml'],
  // S3: references
  ['<a>&foo;</a>', 'not-well-formed'],
  ['<a>&#0;</a>', 'not-well-formed'],
  ['<a>&#x1F;</a>', 'not-well-formed'],
  ['<a>&#xFFFE;</a>', 'not-well-formed'],
  ['<a>&#xFFFF;</a>', 'not-well-formed'],
  ['<a>&#xD800;</a>', 'not-well-formed'],
  ['<a>&#xDFFF;</a>', 'not-well-formed'],
  ['<a>&#99999999;</a>', 'not-well-formed'],
  ['<a>&#x110000;</a>', 'not-well-formed'],
  ['<a>&#;</a>', 'not-well-formed'],
  ['<a>&#x;</a>', 'not-well-formed'],
  ['<a>&#X41;</a>', 'not-well-formed'],
  ['<a>&#xg;</a>', 'not-well-formed'],
  ['<a>&#6a;</a>', 'not-well-formed'],
  ['<a>&#-1;</a>', 'not-well-formed'],
  ['<a>&;</a>', 'not-well-formed'],
  ['<a>& </a>', 'not-well-formed'],
  ['<a>&LT;</a>', 'not-well-formed'],
  ['<a>&ltx;</a>', 'not-well-formed'],
  ['<a>&lt </a>', 'not-well-formed'],
  ['<a>&nbsp;</a>', 'not-well-formed'],
  ["<a b='&foo;'/>", 'not-well-formed'],
  ["<a b='&'/>", 'not-well-formed'],
  ["<a b='&#0;'/>", 'not-well-formed'],
  [`<a>&#${'0'.repeat(100)}65;</a>`, 'policy-violation'],
  // S12: encoding
  [['<a>', 0xc0, 0xbc], 'unsupported-encoding'],
  [['<a>', 0xed, 0xa0, 0x80], 'unsupported-encoding'],
  [['<a>', 0x80], 'unsupported-encoding'],
  [['<a>', 0xc3, '</a>'], 'unsupported-encoding'],
  [["<a b='", 0xe2, 0x80, "'/>"], 'unsupported-encoding'],
  [['<a', 0xc3, '/>'], 'unsupported-encoding'],
  [['<', 0xff, '/>'], 'unsupported-encoding'],
  [['<a><![CDATA[', 0xf8, ']]></a>'], 'unsupported-encoding'],
  // S13: markup where it must not be
  ['<a>]]></a>', 'not-well-formed'],
  ['<a>]]]></a>', 'not-well-formed'],
  ["<a b='<'/>", 'not-well-formed'],
  ['<a b=x/>', 'not-well-formed'],
  ['<a b/>', 'not-well-formed'],
  ['<a b>', 'not-well-formed'],
  ["<a b'1'/>", 'not-well-formed'],
  ["<a b='1'c='2'/>", 'not-well-formed'],
  ["<a='1'/>", 'not-well-formed'],
  ["<a b='1' b='2'/>", 'not-well-formed'],
  ["<a ab='1' ac='3' ab='2'/>", 'not-well-formed'],
  ['<a/ >', 'not-well-formed'],
  ['<a / >', 'not-well-formed'],
  ['< a/>', 'not-well-formed'],
  ['<a><>', 'not-well-formed'],
  ['<a></></a>', 'not-well-formed'],
  ['<a></b>', 'not-well-formed'],
  ['<a></ab>', 'not-well-formed'],
  ['<ab></a>', 'not-well-formed'],
  ['<a></A>', 'not-well-formed'],
  ['<a></ a>', 'not-well-formed'],
  ["<a></a b='1'>", 'not-well-formed'],
  ['<a><b></a></b>', 'not-well-formed'],
  ['<a></a/>', 'not-well-formed'],
  ['<a><</a>', 'not-well-formed'],
  ['<1a/>', 'not-well-formed'],
  ['<-a/>', 'not-well-formed'],
  ['<.a/>', 'not-well-formed'],
  ['<a×/>', 'not-well-formed'],
  ['<×/>', 'not-well-formed'],
  ['<\u0300a/>', 'not-well-formed'],
  ['<a\u2028/>', 'not-well-formed'],
  ["<a b\u037e='1'/>", 'not-well-formed'],
  ["<a 1b='1'/>", 'not-well-formed'],
  ["<a +='1'/>", 'not-well-formed'],
  ['<a,/>', 'not-well-formed'],
  ["<a\u00a0b='1'/>", 'not-well-formed'],
  // S14: namespaces
  ['<x:a/>', 'not-well-formed'],
  ["<a x:b='1'/>", 'not-well-formed'],
  ["<a><b xmlns:x='u'/><x:c/></a>", 'not-well-formed'],
  ["<a xmlns:x=''/>", 'not-well-formed'],
  ["<a xmlns:xml='urn:x'/>", 'not-well-formed'],
  [`<a xmlns='${NS_XML}'/>`, 'not-well-formed'],
  [`<a xmlns:x='${NS_XML}'/>`, 'not-well-formed'],
  ["<a xmlns:xmlns='urn:x'/>", 'not-well-formed'],
  ["<a xmlns='http://www.w3.org/2000/xmlns/'/>", 'not-well-formed'],
  ["<a xmlns:x='http://www.w3.org/2000/xmlns/'/>", 'not-well-formed'],
  ["<a xmlns:x='http://www.w3.org/2000/&#120;mlns/'/>", 'not-well-formed'],
  ['<xmlns:a/>', 'not-well-formed'],
  ["<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>", 'not-well-formed'],
  ["<a xmlns:p='u' xmlns:q='&#117;' p:b='1' q:b='2'/>", 'not-well-formed'],
  ["<a><b s:c='1' xmlns:t='urn:s' t:c='2'/></a>", 'not-well-formed'],
  ["<a xmlns='u' xmlns='v'/>", 'not-well-formed'],
  ["<a xmlns:p='u' xmlns:p='v'/>", 'not-well-formed'],
  ['<:a/>', 'not-well-formed'],
  ['<a:/>', 'not-well-formed'],
  ['<s:1a/>', 'not-well-formed'],
  ['<s:a:b/>', 'not-well-formed'],
  ["<a :b='1'/>", 'not-well-formed'],
  ["<a xmlns:='u'/>", 'not-well-formed'],
  ["<a s:='1'/>", 'not-well-formed'],
  ['<s:a></a>', 'not-well-formed'],
  ["<s:a xmlns:t='urn:s'></t:a>", 'not-well-formed'],
  // S15: control characters
  ['<a>\u0000</a>', 'not-well-formed'],
  ['<a>\u0008</a>', 'not-well-formed'],
  ['<a>\u000b</a>', 'not-well-formed'],
  ['<a>\u001f</a>', 'not-well-formed'],
  ["<a b='\u0000'/>", 'not-well-formed'],
  ['<a\u0000/>', 'not-well-formed'],
  ['<a><![CDATA[\u0001]]></a>', 'not-well-formed'],
  ['<a>\ufffe</a>', 'not-well-formed'],
  ['<a>\uffff</a>', 'not-well-formed'],
  ["<a b='\uffff'/>", 'not-well-formed'],
  ['<a><![CDATA[\uffff]]></a>', 'not-well-formed'],
];

describe('refused', () => {
  it.each(REFUSED)('%j: %s', (input, condition) => {
    for (const size of SIZES) expect(read(bytesOf(input), size), `in pieces of ${size}`).toBe(condition);
  });

  it.each([
    ['<a>&', ' '],
    ['<a>&l', 'x'],
    ['<a>&a', 't'],
    ['<a>&qu', 'x'],
    ['<a>&#', 'a'],
    ['<a>&#x', ';'],
    ['<a>&#x11000', '0'],
    ["<a b='&", "'"],
    ['<a><', '!-'],
    ['<a><!', 'D'],
    ['<a><![CDATA', 'x'],
    ['<a></', 'b'],
  ])('%j as soon as %j shows that it is wrong', (begin, next) => {
    expect(read(Buffer.from(begin), 1)).toBeUndefined();
    expect(read(Buffer.from(begin + next), 1)).not.toBeUndefined();
  });
});
