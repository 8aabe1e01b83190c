import { expect, test } from 'vitest';
import { collapse, parseBoolean, parseInt32 } from './xml-schema.ts';

test.each([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
  [' true\n', true],
  ['', undefined],
  ['TRUE', undefined],
  ['yes', undefined],
  ['2', undefined],
  ['01', undefined],
])('parseBoolean(%j)', (text, value) => {
  expect(parseBoolean(text)).toBe(value);
});

test.each([
  ['0', 0],
  ['-0', 0],
  ['+7', 7],
  ['007', 7],
  ['\t12 ', 12],
  ['2147483647', 2_147_483_647],
  ['2147483648', undefined],
  ['-2147483648', -2_147_483_648],
  ['-2147483649', undefined],
  ['', undefined],
  [' ', undefined],
  ['-', undefined],
  ['1.0', undefined],
  ['1e3', undefined],
  ['1e999', undefined],
  ['0x10', undefined],
  ['NaN', undefined],
  ['Infinity', undefined],
  ['1 2', undefined],
  ['١', undefined],
  ['\u00a01', undefined],
  ["1' OR '1'='1", undefined],
])('parseInt32(%j)', (text, value) => {
  expect(parseInt32(text)).toBe(value);
});

test('collapse takes off the white space of XML and no other', () => {
  expect(collapse(' \t\r\n')).toBe('');
  expect(collapse(' a b ')).toBe('a b');
  expect(collapse('\u00a0a')).toBe('\u00a0a');
});
