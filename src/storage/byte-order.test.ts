import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareByBytes } from './byte-order.ts';

test('equals the order of the UTF-8 bytes', () => {
  // Few characters, one on each side of every bound, so that texts often differ late or not at all.
  const character = fc.constantFrom(
    'a',
    'b',
    '\u007f',
    '\u0080',
    '\u07ff',
    '\u0800',
    '\ud7ff',
    '\ue000',
    '\uffff',
    '\u{10000}',
    '\u{10ffff}',
  );
  const text = fc.array(character, { maxLength: 4 });
  fc.assert(
    fc.property(text, text, (first, second) => {
      const [a, b] = [first.join(''), second.join('')];
      expect(Math.sign(compareByBytes(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { numRuns: 1000 },
  );
});
