import { expect, test } from 'vitest';
import { resultText } from './result-text.ts';

test.each([
  [{}, ''],
  [undefined, ''],
  [{ users: ['a', 'b'], complete: true }, 'a\nb\n'],
  [{ a: 1, longer: false, gone: undefined }, 'a:      1\nlonger: no\n'],
  [{ list: [] }, ''],
  [{ name: 'x', list: ['a', 'b'], none: [] }, 'name: x\nlist: a, b\nnone: \n'],
  [
    {
      list: [
        { a: 'x', b: true },
        { a: 'long', c: { d: 1 } },
      ],
      total: 2,
    },
    'A     B    C\nx     yes\nlong       {"d":1}\n',
  ],
])('%j', (output, text) => {
  expect(resultText(output)).toBe(text);
});

test('what strangers wrote does not steer the terminal', () => {
  expect(resultText({ reason: '\u001b[2Jx\u009b' })).toBe('reason: \u{FFFD}[2Jx\u{FFFD}\n');
});
