import { expect, test } from 'vitest';
import { didYouMean } from './did-you-mean.ts';

const KNOWN = ['c2s_ports', 'c2s_timeout', 'roster', 'vcard', 'ping', 'mam'];

test.each([
  ['c2s_port', 'c2s_ports'],
  ['c2s-ports', 'c2s_ports'],
  ['C2S_PORTS', 'c2s_ports'],
  ['rsoter', 'roster'],
  ['c2s_tiemout', 'c2s_timeout'],
  ['pin', 'ping'],
])('%s is most likely %s', (word, meant) => {
  expect(didYouMean(word, KNOWN)).toBe(`; did you mean "${meant}"?`);
});

test.each(['', 'x', 'conference', 'dig'])('%j is near nothing', (word) => {
  expect(didYouMean(word, KNOWN)).toBe('');
});
