import { expect, test } from 'vitest';
import { el } from '../xml/element.ts';
import { equal } from '../xml/equal.ts';
import { elementCodec } from './element-codec.ts';

test('an element comes back as it was, whatever it holds', () => {
  const element = el(
    'a',
    'urn:a',
    { x: '<"&\'>\n', 'xml:lang': 'de', '{urn:b}y': 'ü' },
    'text & 🎉',
    el('b', '', el('c', 'urn:c', ']]>')),
  );
  expect(equal(elementCodec.decode(elementCodec.encode(element)), element)).toBe(true);
});

test('text that is no element is refused', () => {
  expect(() => elementCodec.decode('<a>')).toThrow();
  expect(() => elementCodec.decode('')).toThrow();
});
