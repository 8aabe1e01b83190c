import { describe, expect, it } from 'vitest';
import { el } from './element.ts';
import { equal } from './equal.ts';
import { LIMITS_AFTER_AUTH } from './limits.ts';
import { NS_CLIENT, NS_SERVER, NS_STREAM } from './namespaces.ts';
import { XmlReader, parseStanza } from './reader.ts';
import { Stanza } from './stanza.ts';
import { treesBuilt } from './tree-builder.ts';

const HEADER = `<stream:stream xmlns='${NS_CLIENT}' xmlns:stream='${NS_STREAM}' xmlns:s='urn:s'>`;

/** The first stanza of a client's stream. */
function received(xml: string): Stanza {
  const reader = new XmlReader(LIMITS_AFTER_AUTH);
  reader.push(Buffer.from(HEADER + xml));
  expect([reader.next(), reader.next()]).toEqual(['open', 'stanza']);
  return reader.stanza;
}

const MESSAGE =
  "<message to='romeo@example.net' from='j' type='chat' id='m1' xml:lang='en'><body>Art &amp; th\u00f6u</body>" +
  "<x xmlns='urn:x'><y z='1'/></x><stanza-id xmlns='urn:xmpp:sid:0' id='1' by='a'/>" +
  "<stanza-id xmlns='urn:xmpp:sid:0' id='2' by='b'/></message>";

const wire = (text: string): string => Buffer.from(text).toString('latin1');

describe.each([
  ['received', () => received(MESSAGE)],
  ['built', () => Stanza.of(received(MESSAGE).tree())],
  [
    'parsed from its own bytes',
    () => parseStanza(Buffer.from(received(MESSAGE).wire(''), 'latin1'), LIMITS_AFTER_AUTH),
  ],
])('a stanza that was %s', (_how, make) => {
  it('tells its attributes', () => {
    const { name, ns, to, from, type, id, lang } = make();
    expect({ name, ns, to, from, type, id, lang }).toEqual({
      name: 'message',
      ns: NS_CLIENT,
      to: 'romeo@example.net',
      from: 'j',
      type: 'chat',
      id: 'm1',
      lang: 'en',
    });
    expect(make().attr('type')).toBe('chat');
    expect(make().attr('none')).toBeUndefined();
    expect(received('<iq/>').to).toBeUndefined();
  });

  it('tells its children', () => {
    const stanza = make();
    expect(stanza.childCount).toBe(4);
    expect(stanza.firstChild()).toEqual({ name: 'body', ns: NS_CLIENT });
    expect([stanza.childNameAt(1), stanza.childNsAt(1)]).toEqual(['x', 'urn:x']);
    expect(stanza.has('body', NS_CLIENT)).toBe(true);
    expect(stanza.has('body', 'urn:x')).toBe(false);
    expect(stanza.has('y', 'urn:x')).toBe(false);
    expect(stanza.childText('body', NS_CLIENT)).toBe('Art & th\u00f6u');
    expect(stanza.childText('x', 'urn:x')).toBe('');
    expect(stanza.childText('none', 'urn:x')).toBeUndefined();
    expect(stanza.child('x', 'urn:x')?.child('y')?.attr('z')).toBe('1');
    expect(stanza.child('none', 'urn:x')).toBeUndefined();
    expect(stanza.elements().map(({ name }) => name)).toEqual(['body', 'x', 'stanza-id', 'stanza-id']);
    expect(stanza.elements('stanza-id', 'urn:xmpp:sid:0').map((child) => child.attr('by'))).toEqual(['a', 'b']);
    expect(stanza.elements('body').length).toBe(1);
  });

  it('gives the same tree for a child each time', () => {
    const stanza = make();
    expect(stanza.child('x', 'urn:x')).toBe(stanza.child('x', 'urn:x'));
  });

  it('is written for the stream it goes to', () => {
    const stanza = make();
    expect(stanza.wire(NS_CLIENT)).toBe(wire(MESSAGE));
    expect(stanza.wire(NS_SERVER)).toBe(wire(MESSAGE.replace('<message', `<message xmlns='${NS_CLIENT}'`)));
    expect(stanza.wire(NS_CLIENT)).toBe(wire(MESSAGE));
  });

  it('gets and loses attributes', () => {
    const stanza = make().with({ from: 'x<y', type: undefined, id: 7, new: 'n' });
    expect(stanza.from).toBe('x<y');
    expect(stanza.type).toBeUndefined();
    expect(stanza.id).toBe('7');
    expect(stanza.attr('new')).toBe('n');
    expect(stanza.to).toBe('romeo@example.net');
    const text = stanza.wire(NS_CLIENT);
    expect(text).toContain(" from='x&lt;y'");
    expect(text).not.toContain('type=');
    expect(make().with({ none: undefined }).wire(NS_CLIENT)).toBe(make().wire(NS_CLIENT));
  });

  it('gets and loses children', () => {
    const without = make().without('stanza-id', 'urn:xmpp:sid:0', (child) => child.attr('by') === 'a');
    expect(without.wire(NS_CLIENT)).toBe(wire(MESSAGE.replace(/<stanza-id[^>]*by='a'\/>/, '')));
    const edited = without.append(el('delay', 'urn:xmpp:delay', { stamp: 'x' }, '\u00f6'));
    expect(edited.childCount).toBe(4);
    expect(edited.wire(NS_CLIENT)).toContain(
      wire("by='b'/><delay xmlns='urn:xmpp:delay' stamp='x'>\u00f6</delay></message>"),
    );
    expect(edited.childText('delay', 'urn:xmpp:delay')).toBe('\u00f6');
    expect(edited.without('delay', 'urn:xmpp:delay').wire(NS_CLIENT)).toBe(without.wire(NS_CLIENT));
    const bare = edited.without('stanza-id', 'urn:xmpp:sid:0').without('x', 'urn:x').without('body', NS_CLIENT);
    expect(bare.without('delay', 'urn:xmpp:delay').wire(NS_CLIENT).endsWith("xml:lang='en'/>")).toBe(true);
  });

  it('is itself where nothing is to remove', () => {
    const stanza = make();
    expect(stanza.without('none', 'urn:x')).toBe(stanza);
    expect(stanza.without('x', 'urn:x', () => false)).toBe(stanza);
  });

  it('does not change', () => {
    const stanza = make();
    const before = stanza.wire(NS_CLIENT);
    stanza.with({ to: 'other' }).append(el('z', 'urn:z')).without('body', NS_CLIENT);
    expect(stanza.wire(NS_CLIENT)).toBe(before);
    expect(stanza.to).toBe('romeo@example.net');
    expect(equal(stanza.tree(), received(MESSAGE).tree())).toBe(true);
  });

  it('knows about how big it is', () => {
    for (const stanza of [make(), make().append(el('z', 'urn:z', 'text')), make().without('x', 'urn:x')]) {
      expect(Math.abs(stanza.bytes - stanza.wire(NS_CLIENT).length)).toBeLessThan(5);
    }
  });
});

describe('received bytes', () => {
  it('are read, edited and written without a tree', () => {
    const before = treesBuilt();
    const stanza = received(MESSAGE);
    stanza.childText('body', NS_CLIENT);
    stanza.has('x', 'urn:x');
    const edited = stanza.with({ from: 'me' }).append(el('z', 'urn:z')).without('stanza-id', 'urn:xmpp:sid:0');
    edited.with({ to: 'a' }).wire(NS_CLIENT);
    edited.with({ to: 'b' }).wire(NS_SERVER);
    void edited.bytes;
    expect(treesBuilt()).toBe(before);
    expect(stanza.child('x', 'urn:x')?.name).toBe('x');
    expect(treesBuilt()).toBe(before + 1);
  });

  it.each([
    ['nothing special', '<a><b/></a>'],
    ['references that we write too', '<a>&lt;&gt;&amp;&quot;&apos;&#xD;<b c="&#x9;&#xA;&#xD;&amp;"/></a>'],
    ['prefixes of its own', "<a><p:b xmlns:p='urn:p' p:c='1'/></a>"],
    ['line ends and tabs in text', '<a>\n\t<b/>\n</a>'],
    ['white space in tags', '<a ><b\n/></a >'],
    ['a prefix that nobody needs to declare', "<a><b xml:lang='de'/></a>"],
    ['the characters XML allows raw', `<a>> "'<b c='>"'/></a>`],
    ['anything in the root tag', "<a b='&#65;\t' s:c='1' xmlns:p='urn:p'><b/></a>"],
    ['an unused prefix of the root', "<a xmlns:p='urn:p' p:b='1'><b/></a>"],
  ])('are forwarded as they are: %s', (_what, xml) => {
    const stanza = received(xml);
    const before = treesBuilt();
    const written = stanza.wire('');
    expect(treesBuilt()).toBe(before);
    expect(equal(parseStanza(Buffer.from(written, 'latin1'), LIMITS_AFTER_AUTH).tree(), stanza.tree())).toBe(true);
  });

  it.each([
    ['CDATA', '<a><![CDATA[<b/>]]></a>', '<a>&lt;b/&gt;</a>'],
    ['a reference to a character', '<a>&#65;</a>', '<a>A</a>'],
    ['a reference that is not written so', '<a>&#xd;</a>', '<a>&#xD;</a>'],
    ['a reference in an attribute', "<a><b c='&#65;'/></a>", "<a><b c='A'/></a>"],
    ['a line end in an attribute', "<a><b c='1\n2'/></a>", "<a><b c='1 2'/></a>"],
    ['a CR in text', '<a>1\r\n2</a>', '<a>1\n2</a>'],
    ['a prefix of the stream', '<a><s:b/></a>', "<a><b xmlns='urn:s'/></a>"],
    ['an attribute prefix of the stream', "<a><b s:c='1'/></a>", "<a><b xmlns:ns1='urn:s' ns1:c='1'/></a>"],
    ['a prefix of the root', "<a xmlns:p='urn:p'><p:b/></a>", "<a><b xmlns='urn:p'/></a>"],
    ['a root with a prefix', `<p:a xmlns:p='${NS_CLIENT}' xmlns='urn:x'><b/></p:a>`, "<a><b xmlns='urn:x'/></a>"],
    ['a declared stream namespace', `<a><b xmlns:p='${NS_STREAM}'/></a>`, '<a><b/></a>'],
    ['an element of a stream', `<a><b xmlns='${NS_STREAM}'/></a>`, `<a><b xmlns='${NS_STREAM}'/></a>`],
  ])('go by way of a tree: %s', (_what, xml, expected) => {
    const stanza = received(xml);
    const before = treesBuilt();
    expect(stanza.wire(NS_CLIENT)).toBe(expected);
    expect(treesBuilt()).toBe(before + 1);
  });

  it('are escaped in the root tag whatever quotes they came in (S13)', () => {
    expect(received(`<a id='x"/>' d="'"/>`).wire(NS_CLIENT)).toBe("<a id='x&quot;/&gt;' d='&apos;'/>");
    expect(received(`<a id='&lt;b>' s:d="'"/>`).wire(NS_CLIENT)).toBe(
      "<a id='&lt;b&gt;' xmlns:ns2='urn:s' ns2:d='&apos;'/>",
    );
  });
});

describe('text of a child', () => {
  it.each([
    ['<a><b/></a>', ''],
    ['<a><b></b></a>', ''],
    ["<a><b c='>'>x</b></a>", 'x'],
    [`<a><b c=">" d='"'>x</b></a>`, 'x'],
    ['<a><b>1<c>2</c>3</b></a>', '13'],
    ['<a><b><c>2</c></b></a>', ''],
    ['<a><b>1<![CDATA[2]]>3</b></a>', '123'],
    ['<a><b><![CDATA[</b>]]></b></a>', '</b>'],
    ['<a><b>&#65;\r\n&lt;</b></a>', 'A\n<'],
    ['<a><b>\u{1F600}</b></a>', '\u{1F600}'],
  ])('%s', (xml, text) => {
    expect(received(xml).childText('b', NS_CLIENT)).toBe(text);
  });
});

describe('names', () => {
  it('S14: a stanza with a prefix is the stanza that it says', () => {
    const stanza = received(`<x:message xmlns:x='${NS_CLIENT}' to='v@s' type='chat'><x:body>1</x:body></x:message>`);
    expect([stanza.name, stanza.ns, stanza.to]).toEqual(['message', NS_CLIENT, 'v@s']);
    expect(stanza.childText('body', NS_CLIENT)).toBe('1');
    expect(stanza.wire(NS_CLIENT)).toBe("<message to='v@s' type='chat'><body>1</body></message>");
  });

  it('S14: a foreign namespace is not hidden by a known one inside', () => {
    const stanza = received(`<message xmlns='urn:x' to='v@s'><body xmlns='${NS_CLIENT}'>2</body></message>`);
    expect([stanza.name, stanza.ns]).toEqual(['message', 'urn:x']);
    expect(stanza.wire(NS_CLIENT)).toBe(
      `<message xmlns='urn:x' to='v@s'><body xmlns='${NS_CLIENT}'>2</body></message>`,
    );
    expect(received(`<message xmlns='${NS_SERVER}'/>`).ns).toBe(NS_SERVER);
  });

  it('S117: are data', () => {
    const stanza = received("<a __proto__='1' constructor='2'><__proto__/><toString/></a>");
    expect(stanza.attr('__proto__')).toBe('1');
    expect(stanza.attr('toString')).toBeUndefined();
    expect(stanza.has('__proto__', NS_CLIENT)).toBe(true);
    expect(stanza.with({ id: 'x' }).attr('__proto__')).toBe('1');
  });

  it('of attributes are told apart by all of their letters', () => {
    const stanza = received("<a tape='1' tyke='2' tpye='3' ti='4' ixd='5' io='6'/>");
    expect([stanza.type, stanza.to, stanza.id]).toEqual([undefined, undefined, undefined]);
    expect(stanza.attr('tape')).toBe('1');
  });

  it('of attributes in other namespaces carry them', () => {
    const stanza = received("<a s:b='1' b='2'/>");
    expect(stanza.attr('{urn:s}b')).toBe('1');
    expect(stanza.attr('b')).toBe('2');
    expect(stanza.wire(NS_CLIENT)).toBe("<a xmlns:ns1='urn:s' ns1:b='1' b='2'/>");
  });
});

describe('errors of callers', () => {
  it('show', () => {
    expect(() => received('<a><b/></a>').childNameAt(1)).toThrow(RangeError);
    expect(() => Stanza.of(el('a', NS_CLIENT)).childNsAt(0)).toThrow(RangeError);
    expect(() => received('<a/>').with({ 'b c': 'd' }).wire(NS_CLIENT)).toThrow(TypeError);
  });
});
