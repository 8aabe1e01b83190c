import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MarkReader, mark } from './marks.ts';

/** What a reader finds in `text` that comes in pieces which end at `cuts`. */
function read(text: string, cuts: readonly number[]): { marks: string[]; requests: number } {
  const marks: string[] = [];
  const reader = new MarkReader((sender, sequence) => marks.push(mark(sender, sequence)));
  let requests = 0;
  let from = 0;
  for (const cut of [...cuts.toSorted((a, b) => a - b), text.length]) {
    requests += reader.read(Buffer.from(text.slice(from, cut)));
    from = Math.max(from, cut);
  }
  return { marks, requests };
}

test('marks and requests are found wherever bytes are cut', () => {
  const piece = fc.oneof(
    fc.tuple(fc.nat({ max: 99_999 }), fc.nat({ max: 999_999_999 })).map(([sender, sequence]) => ({
      text: `<body>${mark(sender, sequence)} rain</body>`,
      marks: [mark(sender, sequence)],
      requests: 0,
    })),
    fc.constant({ text: "<r xmlns='urn:xmpp:sm:3'/>", marks: [], requests: 1 }),
    fc
      .constantFrom("<c node='http://x#y' ver='#1'/>", '#', '##', '<request/>', '<', '#00001.00000000', 'text')
      .map((text) => ({ text, marks: [], requests: 0 })),
  );
  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.nat({ max: 300 })), (pieces, cuts) => {
      const text = `${pieces.map((each) => each.text).join(' ')} ${' '.repeat(20)}`;
      expect(read(text, cuts)).toEqual({
        marks: pieces.flatMap(({ marks }) => marks),
        requests: pieces.reduce((sum, { requests }) => sum + requests, 0),
      });
    }),
  );
});
