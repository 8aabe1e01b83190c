import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase64 } from './base64.ts';

/** RFC 4648 §10. */
test.each([
  ['', ''],
  ['Zg==', 'f'],
  ['Zm8=', 'fo'],
  ['Zm9v', 'foo'],
  ['Zm9vYg==', 'foob'],
  ['Zm9vYmE=', 'fooba'],
  ['Zm9vYmFy', 'foobar'],
])('%j', (text, decoded) => {
  expect(decodeBase64(text)?.toString('latin1')).toBe(decoded);
});

test.each([
  '=',
  '====',
  'Z',
  'Zg',
  'Zg=',
  'Zg===',
  'Zm8',
  'Zh==', // padding bits are not zero
  'Zm9=',
  'Zg==Zg==',
  'Zm9v\n',
  ' Zm9v',
  'Zm 9v',
  'Zm-_',
  'Zm9v\0',
  'Zm9vé',
  '*',
])('refuses %j', (text) => {
  expect(decodeBase64(text)).toBeUndefined();
});

test('any bytes come back, and no changed text is read as them', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 64 }),
      fc.nat(),
      fc.string({ unit: 'binary-ascii', maxLength: 1 }),
      (bytes, at, insert) => {
        const text = Buffer.from(bytes).toString('base64');
        expect(decodeBase64(text)).toEqual(Buffer.from(bytes));
        const position = at % (text.length + 1);
        const changed = text.slice(0, position) + insert + text.slice(position);
        if (changed !== text) expect(decodeBase64(changed)).not.toEqual(Buffer.from(bytes));
      },
    ),
  );
});
