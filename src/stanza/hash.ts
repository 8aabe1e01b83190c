/**
 * Cryptographic hash functions (XEP-0300 v1.0.0), as XEP-0414 recommends them.
 *
 * `sha-1` SHOULD NOT be used by anything new; XEP-0115 is defined by it. `blake2b-256` is absent because OpenSSL as Node
 * shows it has no such digest.
 */
import { createHash } from 'node:crypto';
import { el, type Element } from '../xml/element.ts';
import { decodeBase64 } from './base64.ts';

const NS_HASHES = 'urn:xmpp:hashes:2';

/** Name on the wire → what OpenSSL calls it, and bytes of a digest. */
const FUNCTIONS = {
  'sha-1': ['sha1', 20],
  'sha-256': ['sha256', 32],
  'sha-512': ['sha512', 64],
  'sha3-256': ['sha3-256', 32],
  'sha3-512': ['sha3-512', 64],
  'blake2b-512': ['blake2b512', 64],
} satisfies Record<string, readonly [string, number]>;

/** A hash function, by its name in XEP-0300 §3. */
export type HashName = keyof typeof FUNCTIONS;

/** A digest and the function that made it. */
export interface Hash {
  readonly algo: HashName;
  readonly digest: Buffer;
}

/** The digest of bytes, or of text as UTF-8. */
export function hash(algo: HashName, data: string | Uint8Array): Hash {
  return { algo, digest: createHash(FUNCTIONS[algo][0]).update(data).digest() };
}

/** `<hash/>` (§3). */
export function hashElement({ algo, digest }: Hash): Element {
  return el('hash', NS_HASHES, { algo }, digest.toString('base64'));
}

/** The digests among an element's `<hash/>` children, those that we can compute and that have the right length. */
export function parseHashes(parent: Element): Hash[] {
  const hashes: Hash[] = [];
  for (const child of parent.elements('hash', NS_HASHES)) {
    const algo = child.attr('algo');
    if (algo === undefined || !isHashName(algo)) continue;
    const digest = decodeBase64(child.text());
    if (digest?.length === FUNCTIONS[algo][1]) hashes.push({ algo, digest });
  }
  return hashes;
}

function isHashName(name: string): name is HashName {
  return Object.hasOwn(FUNCTIONS, name);
}
