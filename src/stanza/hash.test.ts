import { expect, test } from 'vitest';
import { el } from '../xml/element.ts';
import { hash, hashElement, parseHashes, type HashName } from './hash.ts';

/** Digests of `abc`: FIPS 180-4 and FIPS 202 examples, RFC 7693 appendix A. */
const ABC: Record<HashName, string> = {
  'sha-1': 'a9993e364706816aba3e25717850c26c9cd0d89d',
  'sha-256': 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  'sha-512':
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  'sha3-256': '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532',
  'sha3-512':
    'b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0',
  'blake2b-512':
    'ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923',
};
const NAMES: HashName[] = ['sha-1', 'sha-256', 'sha-512', 'sha3-256', 'sha3-512', 'blake2b-512'];

test.each(NAMES)('%s', (algo) => {
  expect(hash(algo, 'abc').digest.toString('hex')).toBe(ABC[algo]);
  expect(hash(algo, Buffer.from('abc')).digest.toString('hex')).toBe(ABC[algo]);
});

test('text is hashed as UTF-8', () => {
  expect(hash('sha-256', 'ü').digest).toEqual(hash('sha-256', Buffer.from([0xc3, 0xbc])).digest);
});

test('an element holds the name and base64, and is read back', () => {
  const all = NAMES.map((algo) => hash(algo, 'abc'));
  expect(hashElement(hash('sha-256', 'abc'))).toEqual(
    el('hash', 'urn:xmpp:hashes:2', { algo: 'sha-256' }, 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='),
  );
  expect(parseHashes(el('file', 'urn:example', all.map(hashElement)))).toEqual(all);
});

test.each([
  ['no name', undefined, 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='],
  ['an unknown function', 'md5', 'kAFQmDzST7DWlj99KOF/cg=='],
  ['S117: a name that an object has', '__proto__', 'kAFQmDzST7DWlj99KOF/cg=='],
  ['S117: a name that an object has', 'constructor', 'kAFQmDzST7DWlj99KOF/cg=='],
  ['S117: a name that an object has', 'constructor', '?'],
  ['a short digest', 'sha-256', 'kAFQmDzST7DWlj99KOF/cg=='],
  ['white space', 'sha-256', ' ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='],
  ['padding bits', 'sha-256', 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa1='],
  ['nothing', 'sha-256', ''],
])('%s is not taken for a hash', (_, algo, text) => {
  expect(parseHashes(el('file', 'urn:example', el('hash', 'urn:xmpp:hashes:2', { algo }, text)))).toEqual([]);
});
