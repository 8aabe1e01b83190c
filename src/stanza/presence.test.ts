import { expect, test } from 'vitest';
import { el } from '../xml/element.ts';
import { NS_CLIENT } from '../xml/namespaces.ts';
import { Stanza } from '../xml/stanza.ts';
import { presencePriority, presenceType } from './presence.ts';

test.each([
  [undefined, 'available'],
  ['error', 'error'],
  ['probe', 'probe'],
  ['subscribe', 'subscribe'],
  ['subscribed', 'subscribed'],
  ['unavailable', 'unavailable'],
  ['unsubscribe', 'unsubscribe'],
  ['unsubscribed', 'unsubscribed'],
  ['available', undefined],
  ['', undefined],
  ['toString', undefined],
])('presence of type %j is %s', (type, expected) => {
  expect(presenceType(Stanza.of(el('presence', NS_CLIENT, { type })))).toBe(expected);
});

test.each([
  ['1', 1],
  ['-1', -1],
  ['+5', 5],
  [' 127\n', 127],
  ['128', 127],
  ['-128', -128],
  ['-129', -128],
  ['-0', 0],
  ['1e3', 0],
  ['5.5', 0],
  ['0x7f', 0],
  ['high', 0],
  ['', 0],
  ['-', 0],
  ['Infinity', 0],
  ['9'.repeat(400), 127],
])('priority %j is %d', (text, expected) => {
  const presence = Stanza.of(el('presence', NS_CLIENT, el('priority', NS_CLIENT, text)));
  expect(presencePriority(presence)).toBe(expected);
});

test('without a priority of its own namespace it is 0', () => {
  expect(presencePriority(Stanza.of(el('presence', NS_CLIENT)))).toBe(0);
  expect(presencePriority(Stanza.of(el('presence', NS_CLIENT, el('priority', 'urn:x', '5'))))).toBe(0);
});
