/** What a certificate and a request for one have in common (RFC 5280, RFC 2986). */
import { createPublicKey, sign, type KeyObject } from 'node:crypto';
import { domainToASCII } from 'node:url';
import { OID } from './certificate-names.ts';
import { der, oid, TAG } from './der.ts';

const COMMON_NAME = oid('2.5.4.3');
const SERVER_AUTH = oid('1.3.6.1.5.5.7.3.1');
const CLIENT_AUTH = oid('1.3.6.1.5.5.7.3.2');
const TRUE = Buffer.from([TAG.boolean, 1, 0xff]);
/** Bits of keyUsage: digitalSignature, and keyEncipherment for RSA, with the number of unused bits before. */
const SIGNS = Buffer.from([7, 0x80]);
const SIGNS_AND_ENCIPHERS = Buffer.from([5, 0xa0]);

/** Signature algorithms by type of key: what they are called in DER, and the hash to sign with. */
const ALGORITHMS: ReadonlyMap<string | undefined, { readonly name: Buffer; readonly hash: string | null }> = new Map([
  ['ec', { name: der(TAG.sequence, oid('1.2.840.10045.4.3.2')), hash: 'sha256' }],
  ['rsa', { name: der(TAG.sequence, oid('1.2.840.113549.1.1.11'), der(TAG.null)), hash: 'sha256' }],
  ['ed25519', { name: der(TAG.sequence, oid('1.3.101.112')), hash: null }],
]);

/** The name of its algorithm. @throws Error nothing can be signed with such a key */
export function algorithmOf(key: KeyObject): Buffer {
  return algorithm(key).name;
}

/** What is to be signed, with the algorithm and the signature after it. @throws Error as `algorithmOf` */
export function signed(body: Buffer, key: KeyObject): Buffer {
  const { name, hash } = algorithm(key);
  return der(TAG.sequence, body, name, der(TAG.bitString, Buffer.from([0]), sign(hash, body, key)));
}

/** Its public half. */
export function publicPart(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' });
}

/** A subject with that domain as its common name, as far as there is room (64 characters). */
export function subjectOf(domain: string): Buffer {
  const name = asciiOf(domain).slice(0, 64);
  return der(TAG.sequence, der(TAG.set, der(TAG.sequence, COMMON_NAME, der(TAG.utf8, name))));
}

/** Extensions of a server's certificate, naming each domain as DNS name, JID and services (RFC 6120 §13.7.1.2). */
export function extensionsFor(domains: readonly string[], key: KeyObject): Buffer {
  const usage = key.asymmetricKeyType === 'rsa' ? SIGNS_AND_ENCIPHERS : SIGNS;
  return der(
    TAG.sequence,
    extension('2.5.29.19', TRUE, der(TAG.sequence)), // basicConstraints: no CA
    extension('2.5.29.15', TRUE, der(TAG.bitString, usage)),
    extension('2.5.29.37', der(TAG.sequence, SERVER_AUTH, CLIENT_AUTH)), // to other servers we are a client
    extension(OID.subjectAltName, der(TAG.sequence, ...domains.flatMap(alternativeNames))),
  );
}

/** In lines of PEM. */
export function pem(label: string, encoded: Buffer): string {
  const lines = encoded.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function algorithm(key: KeyObject): { readonly name: Buffer; readonly hash: string | null } {
  const found = ALGORITHMS.get(key.asymmetricKeyType);
  if (found === undefined) throw new Error(`a key of type ${key.asymmetricKeyType ?? 'unknown'} cannot sign`);
  return found;
}

function alternativeNames(domain: string): Buffer[] {
  const ascii = asciiOf(domain);
  return [
    der(TAG.dnsName, ascii),
    otherName(OID.xmppAddr, der(TAG.utf8, domain)),
    otherName(OID.dnsSrv, der(TAG.ia5, `_xmpp-client.${ascii}`)),
    otherName(OID.dnsSrv, der(TAG.ia5, `_xmpp-server.${ascii}`)),
  ];
}

function asciiOf(domain: string): string {
  return domainToASCII(domain) || domain;
}

function extension(id: string, ...parts: readonly Buffer[]): Buffer {
  const value = parts.at(-1) ?? Buffer.alloc(0);
  return der(TAG.sequence, oid(id), ...parts.slice(0, -1), der(TAG.octetString, value));
}

function otherName(type: string, value: Buffer): Buffer {
  return der(TAG.otherName, oid(type), der(TAG.explicit0, value));
}
