import { expect, test } from 'vitest';
import { StreamError } from '../../stanza/stream-error.ts';
import { parseH } from './protocol.ts';

test.each([
  ['0', 0],
  ['17', 17],
  [' 5 ', 5],
  ['4294967295', 4_294_967_295],
])('h=%j is %d', (text, h) => {
  expect(parseH(text)).toBe(h);
});

test.each([undefined, '', '-1', '1e3', '1.5', '4294967296', '0x10', 'NaN', '9'.repeat(400)])(
  'S89: h=%j ends the stream',
  (text) => {
    expect(() => parseH(text)).toThrow(StreamError);
  },
);
