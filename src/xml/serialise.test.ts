import { describe, expect, it } from 'vitest';
import { Element, el } from './element.ts';
import { NS_CLIENT, NS_STREAM, NS_XML } from './namespaces.ts';
import { serialise } from './serialise.ts';

const utf8 = (text: string): string => Buffer.from(text).toString('latin1');

describe('serialise', () => {
  it('writes namespaces where they change', () => {
    const message = el('message', NS_CLIENT, el('body', NS_CLIENT), el('x', 'urn:x', el('y', 'urn:x'), el('z', '')));
    const inner = "<body/><x xmlns='urn:x'><y/><z xmlns=''/></x></message>";
    expect(serialise(message, NS_CLIENT)).toBe(`<message>${inner}`);
    expect(serialise(message, '')).toBe(`<message xmlns='jabber:client'>${inner}`);
  });

  it('escapes markup in text and attributes', () => {
    const hostile = `x"/><message from='admin@S'>&]]>`;
    const escaped = 'x&quot;/&gt;&lt;message from=&apos;admin@S&apos;&gt;&amp;]]&gt;';
    expect(serialise(el('a', '', { id: hostile }, hostile), '')).toBe(`<a id='${escaped}'>${escaped}</a>`);
  });

  it('keeps white space that a parser would change', () => {
    expect(serialise(el('a', '', { b: '\t\n\r' }, '\t\n\r'), '')).toBe("<a b='&#x9;&#xA;&#xD;'>\t\n&#xD;</a>");
  });

  it('replaces what XML cannot express', () => {
    const text = '\u0000\u001f\ufffe\uffff\ud800x\udc00';
    const replaced = utf8('\ufffd\ufffd\ufffd\ufffd\ufffdx\ufffd');
    expect(serialise(el('a', '', { b: text }, text), '')).toBe(`<a b='${replaced}'>${replaced}</a>`);
  });

  it('writes UTF-8, one character a byte', () => {
    expect(serialise(el('é', 'urn:ü', { ä: '\u{1F600}' }, '\u2028'), '')).toBe(
      utf8("<é xmlns='urn:ü' ä='\u{1F600}'>\u2028</é>"),
    );
  });

  it('declares prefixes for attributes of other namespaces', () => {
    const attrs = new Map([
      ['{urn:a}x', '1'],
      ['{urn:b}x', '2'],
      ['xml:lang', 'de'],
      [`{${NS_XML}}space`, 'preserve'],
    ]);
    expect(serialise(new Element('a', '', attrs), '')).toBe(
      "<a xmlns:ns1='urn:a' ns1:x='1' xmlns:ns2='urn:b' ns2:x='2' xml:lang='de' xml:space='preserve'/>",
    );
  });

  it('does not declare the namespace of xml:', () => {
    expect(serialise(el('a', NS_XML, el('b', 'urn:b')), 'urn:b')).toBe('<xml:a><b/></xml:a>');
  });

  it('uses the prefixes of the stream where it is told', () => {
    const features = el('features', NS_STREAM, el('x', 'urn:x'), el('y', NS_CLIENT));
    expect(serialise(features, NS_CLIENT, new Map([[NS_STREAM, 'stream']]))).toBe(
      "<stream:features><x xmlns='urn:x'/><y/></stream:features>",
    );
  });

  it.each(['', 'a b', 'a>', "a'", 'a/', '<', 'a=', '1a', '-a', '.a', 'a\u0000', 'a&', 'a:b', 'xmlns:a'])(
    'refuses %j as a name',
    (name) => {
      expect(() => serialise(el(name, ''), '')).toThrow(TypeError);
      expect(() => serialise(el('a', '', { [name]: 1 }), '')).toThrow(TypeError);
    },
  );
});
