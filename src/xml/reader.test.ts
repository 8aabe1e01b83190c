import { describe, expect, it } from 'vitest';
import { LIMITS_AFTER_AUTH, LIMITS_BEFORE_AUTH } from './limits.ts';
import { NS_CLIENT, NS_STREAM } from './namespaces.ts';
import { XmlReader, parseStanza } from './reader.ts';
import { XmlError } from './xml-error.ts';

const HEADER = `<stream:stream xmlns='${NS_CLIENT}' xmlns:stream='${NS_STREAM}' to='s' version='1.0'>`;

/** Everything that reading `text` gives: tokens, stanzas as they would be written, the condition of an error. */
function read(text: string, reader = new XmlReader(LIMITS_AFTER_AUTH)): string[] {
  const events: string[] = [];
  reader.push(Buffer.from(text));
  try {
    for (let token = reader.next(); token !== undefined; token = reader.next()) {
      events.push(token === 'stanza' ? reader.stanza.wire(NS_CLIENT) : token);
    }
  } catch (error) {
    events.push(error instanceof XmlError ? error.condition : String(error));
  }
  return events;
}

describe('stream header', () => {
  it('is read with its attributes and namespaces', () => {
    const reader = new XmlReader(LIMITS_BEFORE_AUTH);
    const header =
      `<?xml version='1.0' encoding="utf-8" standalone='yes'?>\n<stream:stream from='j&amp;x@s' to='s' id='7' ` +
      `xml:lang='de' version='1.0' xmlns='${NS_CLIENT}' xmlns:stream='${NS_STREAM}' other='\u00e9' stream:odd='1'>`;
    expect(read(header, reader)).toEqual(['open']);
    const { name, ns, to, from, id, version, lang, contentNs, prefixes, attrs } = reader.header;
    expect({ name, ns, to, from, id, version, lang, contentNs }).toEqual({
      name: 'stream',
      ns: NS_STREAM,
      to: 's',
      from: 'j&x@s',
      id: '7',
      version: '1.0',
      lang: 'de',
      contentNs: NS_CLIENT,
    });
    expect([...prefixes]).toEqual([['stream', NS_STREAM]]);
    expect(attrs.get('other')).toBe('\u00e9');
    expect(attrs.get(`{${NS_STREAM}}odd`)).toBe('1');
  });

  it('lacks what it does not say', () => {
    const reader = new XmlReader(LIMITS_BEFORE_AUTH);
    expect(read('<stream>', reader)).toEqual(['open']);
    const { ns, to, version, contentNs, prefixes } = reader.header;
    expect({ ns, to, version, contentNs, size: prefixes.size }).toEqual({
      ns: '',
      to: undefined,
      version: undefined,
      contentNs: '',
      size: 0,
    });
  });

  it('is not there before it was read', () => {
    const reader = new XmlReader(LIMITS_BEFORE_AUTH);
    expect(() => reader.header).toThrow('no stream header');
    expect(() => reader.stanza).toThrow('no stanza');
  });

  it.each([
    ["<?xml version='1.0'?>", 'open'],
    ['<?xml version="1.0"  ?>\r\n\t ', 'open'],
    ["<?xml version='1.0' encoding='UTF-8'?>", 'open'],
    ["<?xml version='1.0' encoding='utf-8' standalone='no'?>", 'open'],
    ['\n ', 'open'],
    ["<?xml version='1.0' encoding='UTF-16'?>", 'unsupported-encoding'],
    ["<?xml version='1.0' encoding='iso-8859-1'?>", 'unsupported-encoding'],
    ["<?xml version='1.1'?>", 'not-well-formed'],
    ["<?xml encoding='utf-8'?>", 'not-well-formed'],
    ["<?xml version='1.0' encoding='utf-8' version='1.0'?>", 'not-well-formed'],
    ['<?xml version=1.0?>', 'not-well-formed'],
    ["<?xml version='1.0' standalone='maybe'?>", 'not-well-formed'],
    ["\n<?xml version='1.0'?>", 'restricted-xml'],
    ["<?xml version='1.0'?><?xml version='1.0'?>", 'restricted-xml'],
    ['<?xml-stylesheet href="a"?>', 'restricted-xml'],
    ['<?php ?>', 'restricted-xml'],
    ['<!-- -->', 'restricted-xml'],
    ['<!DOCTYPE a>', 'restricted-xml'],
    ["<?xml version='1.0'?><!DOCTYPE a>", 'restricted-xml'],
    [`<?xml version='1.0' ${' '.repeat(300)}?>`, 'policy-violation'],
    ['\ufeff', 'not-well-formed'],
    ['x', 'not-well-formed'],
    ['GET / HTTP/1.1\r\n\r\n', 'not-well-formed'],
    ['\u0000', 'not-well-formed'],
    ['</stream>', 'not-well-formed'],
  ])('after %j: %s', (prolog, expected) => {
    expect(read(`${prolog}${HEADER}`)).toEqual([expected]);
  });

  it('in another encoding is refused at its first byte', () => {
    for (const bytes of [Buffer.from('\ufeff<a>', 'utf16le'), Buffer.from([0xff]), Buffer.from([0x80])]) {
      const reader = new XmlReader(LIMITS_BEFORE_AUTH);
      reader.push(bytes);
      expect(() => reader.next()).toThrow(expect.objectContaining({ condition: 'unsupported-encoding' }));
    }
  });
});

describe('stanzas', () => {
  it('come one by one, with nothing consumed beyond them', () => {
    const reader = new XmlReader(LIMITS_AFTER_AUTH);
    reader.push(Buffer.from(`${HEADER}<a/> \n<b>x</b>`));
    expect(reader.next()).toBe('open');
    expect(reader.next()).toBe('stanza');
    expect(reader.stanza.name).toBe('a');
    expect(reader.buffered).toBe(' \n<b>x</b>'.length);
    expect(reader.next()).toBe('stanza');
    expect(reader.stanza.name).toBe('b');
    expect(reader.buffered).toBe(0);
    expect(reader.next()).toBeUndefined();
    expect(() => reader.stanza).toThrow('no stanza');
  });

  it('stay what they are when the chunk they came in changes', () => {
    const reader = new XmlReader(LIMITS_AFTER_AUTH);
    const chunk = Buffer.from(`${HEADER}<message to='a'><body>text</body></message>`);
    reader.push(chunk);
    reader.next();
    reader.next();
    chunk.fill(0);
    expect(reader.stanza.to).toBe('a');
    expect(reader.stanza.childText('body', NS_CLIENT)).toBe('text');
  });

  it('belong to the namespaces of the stream', () => {
    const reader = new XmlReader(LIMITS_AFTER_AUTH);
    reader.push(Buffer.from(`${HEADER}<message><stream:x/><body/></message>`));
    expect([reader.next(), reader.next()]).toEqual(['open', 'stanza']);
    expect(reader.stanza.ns).toBe(NS_CLIENT);
    expect([reader.stanza.childNameAt(0), reader.stanza.childNsAt(0)]).toEqual(['x', NS_STREAM]);
    expect([reader.stanza.childNameAt(1), reader.stanza.childNsAt(1)]).toEqual(['body', NS_CLIENT]);
  });

  it('take other limits from the next token on', () => {
    const reader = new XmlReader(LIMITS_BEFORE_AUTH);
    const big = `<a>${'x'.repeat(9000)}</a>`;
    reader.push(Buffer.from(`${HEADER}<auth/>${big}${big}`));
    expect([reader.next(), reader.next()]).toEqual(['open', 'stanza']);
    reader.limits = LIMITS_AFTER_AUTH;
    expect(reader.next()).toBe('stanza');
    reader.limits = LIMITS_BEFORE_AUTH;
    expect(() => reader.next()).toThrow(expect.objectContaining({ condition: 'policy-violation' }));
  });
});

describe('end of the stream', () => {
  it('is told', () => {
    expect(read(`${HEADER}<a/></stream:stream> \n`)).toEqual(['open', '<a/>', 'close']);
    expect(read(`${HEADER}</stream:stream \n>`)).toEqual(['open', 'close']);
    expect(read('<stream/>')).toEqual(['open', 'close']);
  });

  it.each([
    ['</stream:stream><message/>', ['close', 'not-well-formed']],
    ['</stream:stream>x', ['close', 'not-well-formed']],
    ['</stream:stream></stream:stream>', ['close', 'not-well-formed']],
    ['</stream>', ['not-well-formed']],
    ['</stream:streams>', ['not-well-formed']],
    ['</stream:stream x>', ['not-well-formed']],
    ['<message></stream:stream>', ['not-well-formed']],
    [`</stream:stream${' '.repeat(2000)}>`, ['policy-violation']],
  ])('%j (S16: order of things)', (text, expected) => {
    expect(read(`${HEADER}${text}`)).toEqual(['open', ...expected]);
  });

  it.each([
    ['x', 'bad-format'],
    ['\ufeff', 'bad-format'],
    ['&amp;', 'bad-format'],
    ['\u0000', 'not-well-formed'],
    ['<!-- x -->', 'restricted-xml'],
    ['<?x?>', 'restricted-xml'],
    ["<?xml version='1.0'?>", 'restricted-xml'],
    ['<![CDATA[ ]]>', 'restricted-xml'],
  ])('%j between stanzas is refused', (text, condition) => {
    expect(read(`${HEADER}<a/>${text}<b/>`)).toEqual(['open', '<a/>', condition]);
  });

  it('is for ever after an error', () => {
    const reader = new XmlReader(LIMITS_AFTER_AUTH);
    expect(read(`${HEADER}<a>&</a>`, reader)).toEqual(['open', 'not-well-formed']);
    reader.push(Buffer.from('<b/>'));
    expect(() => reader.next()).toThrow(XmlError);
  });
});

describe('restart', () => {
  it('keeps what was not consumed and begins a document', () => {
    const reader = new XmlReader(LIMITS_AFTER_AUTH);
    reader.push(Buffer.from(`${HEADER}<auth/><?xml version='1.0'?><other to='t'><a/>`));
    expect([reader.next(), reader.next()]).toEqual(['open', 'stanza']);
    reader.restart();
    expect(() => reader.header).toThrow();
    expect(reader.next()).toBe('open');
    expect(reader.header.to).toBe('t');
    expect(reader.header.contentNs).toBe('');
    expect(reader.next()).toBe('stanza');
  });

  it('takes white space behind the last element of the stream before', () => {
    const reader = new XmlReader(LIMITS_AFTER_AUTH);
    read(`${HEADER}<auth/>\r\n`, reader);
    reader.restart();
    expect(read(`\n<?xml version='1.0'?>\n${HEADER}`, reader)).toEqual(['open']);
  });

  it('forgets how far the begin of the new document was read', () => {
    const reader = new XmlReader(LIMITS_AFTER_AUTH);
    reader.push(Buffer.from(`${HEADER}<auth/><stream:stream xmlns:stream='urn:other' to='t'><a`));
    expect([reader.next(), reader.next(), reader.next()]).toEqual(['open', 'stanza', undefined]);
    reader.restart();
    expect(read('/>', reader)).toEqual(['open', "<a xmlns=''/>"]);
    expect([reader.header.ns, reader.header.to]).toEqual(['urn:other', 't']);
  });

  it('does not take what follows it as part of the old stream', () => {
    const reader = new XmlReader(LIMITS_AFTER_AUTH);
    read(`${HEADER}<auth/>`, reader);
    reader.restart();
    expect(read(`</stream:stream>`, reader)).toEqual(['not-well-formed']);
  });
});

describe('parseStanza', () => {
  it('reads one element from text or bytes', () => {
    const text = "<message xmlns='jabber:client' to='\u00e9'/>";
    expect(parseStanza(text, LIMITS_AFTER_AUTH).to).toBe('\u00e9');
    expect(parseStanza(Buffer.from(text), LIMITS_AFTER_AUTH).to).toBe('\u00e9');
  });

  it.each([
    ['', 'not-well-formed'],
    [' <a/>', 'not-well-formed'],
    ['<a/> ', 'not-well-formed'],
    ['<a/><b/>', 'not-well-formed'],
    ['<a>', 'not-well-formed'],
    ['<a', 'not-well-formed'],
    ['x', 'not-well-formed'],
    ['</a>', 'not-well-formed'],
    ["<?xml version='1.0'?><a/>", 'restricted-xml'],
    ['<!DOCTYPE a><a/>', 'restricted-xml'],
    ['<a>\ud800</a>', 'unsupported-encoding'],
    [`<a>${'x'.repeat(262_144)}</a>`, 'policy-violation'],
  ])('refuses %.40j (S113, S1: a frame is one element)', (text, condition) => {
    expect(() => parseStanza(text, LIMITS_AFTER_AUTH)).toThrow(expect.objectContaining({ condition }));
  });
});
