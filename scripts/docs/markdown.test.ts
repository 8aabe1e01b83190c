import { expect, test } from 'vitest';
import { code, table } from './markdown.ts';

test('a table, whatever stands in its cells', () => {
  expect(
    table(
      ['A', 'B'],
      [
        ['a | b', ' two\n  lines '],
        ['', '`x|y`'],
      ],
    ),
  ).toBe('| A | B |\n| --- | --- |\n| a \\| b | two lines |\n|  | `x\\|y` |\n');
});

test('a row must be as long as the head', () => {
  expect(() => table(['A', 'B'], [['a']])).toThrow('row of 1 cells in a table of 2');
});

test.each([
  ['a', '`a`'],
  ['a`b', '``a`b``'],
  ['``', '``` `` ```'],
])('%s as code', (text, wanted) => {
  expect(code(text)).toBe(wanted);
});
