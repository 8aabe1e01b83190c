import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { attributeOf, childElements, textOf, XmlStream, type StreamEvent } from './xml-node.ts';

const HEADER =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1'>";
const SUCCESS = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>";

function read(...pieces: (string | Buffer)[]): StreamEvent[] {
  const events: StreamEvent[] = [];
  const stream = new XmlStream((event) => events.push(event));
  for (const piece of pieces) stream.write(Buffer.from(piece));
  return events;
}

function kinds(events: readonly StreamEvent[]): string[] {
  return events.map((event) => ('node' in event ? event.node.name : event.kind));
}

test('a header, elements, the end', () => {
  const events = read(`${HEADER}<a b='&lt;'>x<c xmlns='u'/>y</a> \n<d/></stream:stream>`);
  expect(kinds(events)).toEqual(['stream', 'a', 'd', 'end']);
  const [, first] = events;
  if (first?.kind !== 'element') throw new Error('no element');
  expect(attributeOf(first.node, 'b')).toBe('<');
  expect(textOf(first.node)).toBe('xy');
  expect(childElements(first.node)).toMatchObject([{ name: 'c', ns: 'u' }]);
});

test('after success a new stream begins, in the same packet or not', () => {
  expect(kinds(read(HEADER + SUCCESS, `${HEADER}<a/>`))).toEqual(['stream', 'success', 'stream', 'a']);
  expect(kinds(read(`${HEADER}${SUCCESS}${HEADER}<a/>`))).toEqual(['stream', 'success', 'stream', 'a']);
});

test.each([
  ['a comment', `${HEADER}<!-- -->`],
  ['a document type', '<!DOCTYPE a><a>'],
  ['a processing instruction', `${HEADER}<?a b?>`],
  ['text', `${HEADER}x<a/>`],
  ['a wrong end', `${HEADER}<a></b>`],
  ['an unknown prefix', `${HEADER}<p:a/>`],
  ['an unknown entity', `${HEADER}<a>&b;</a>`],
  ['a second declaration', HEADER + HEADER],
])('%s of the server is malformed', (_, text) => {
  expect(kinds(read(text)).at(-1)).toBe('malformed');
});

test('bytes that are not UTF-8 are malformed', () => {
  expect(kinds(read(`${HEADER}<a>`, Buffer.from([0xc0, 0xbc])))).toEqual(['stream', 'malformed']);
});

test('how the bytes are cut means nothing', () => {
  const bytes = Buffer.from(`${HEADER}<a b='ü'>🙂<c/></a>${SUCCESS}${HEADER}<d>&#x1F642;</d></stream:stream>`);
  const whole = read(bytes);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
      const ends = [...cuts.toSorted((a, b) => a - b), bytes.length];
      expect(read(...ends.map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end)))).toEqual(whole);
    }),
  );
});
