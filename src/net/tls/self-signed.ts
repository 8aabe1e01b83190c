/** Certificates made here, so that a server can be tried before it has a real one. */
import { generateKeyPair, randomBytes, sign } from 'node:crypto';
import { domainToASCII } from 'node:url';
import { promisify } from 'node:util';
import { OID } from './certificate-names.ts';
import { der, oid, TAG } from './der.ts';

/** Days a certificate is valid: the most that all systems accept. */
const DAYS = 825;
const DAY = 86_400_000;

const ECDSA_SHA256 = der(TAG.sequence, oid('1.2.840.10045.4.3.2'));
const COMMON_NAME = oid('2.5.4.3');
const SERVER_AUTH = oid('1.3.6.1.5.5.7.3.1');
const CLIENT_AUTH = oid('1.3.6.1.5.5.7.3.2');
const TRUE = Buffer.from([TAG.boolean, 1, 0xff]);

/** A certificate and its key, in PEM. */
export interface PemPair {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Make a certificate for a host that is signed with its own key (RFC 5280): P-256, naming the domain as DNS name, JID and
 * service (RFC 6120 §13.7.1.2).
 * @param now milliseconds since 1970
 */
export async function makeSelfSigned(domain: string, now: number): Promise<PemPair> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  const ascii = domainToASCII(domain) || domain;
  const name = der(TAG.sequence, der(TAG.set, der(TAG.sequence, COMMON_NAME, der(TAG.utf8, ascii.slice(0, 64)))));
  const body = der(
    TAG.sequence,
    der(TAG.explicit0, der(TAG.integer, Buffer.from([2]))), // version 3
    der(TAG.integer, serial()),
    ECDSA_SHA256,
    name,
    der(TAG.sequence, utcTime(now - DAY), utcTime(now + DAYS * DAY)), // clocks differ
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(TAG.extensions, der(TAG.sequence, ...extensions(domain, ascii))),
  );
  const signature = sign('sha256', body, privateKey);
  const certificate = der(TAG.sequence, body, ECDSA_SHA256, der(TAG.bitString, Buffer.from([0]), signature));
  return { certificate: pem(certificate), key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function extensions(domain: string, ascii: string): Buffer[] {
  return [
    extension('2.5.29.19', TRUE, der(TAG.sequence)), // basicConstraints: no CA
    extension('2.5.29.15', TRUE, der(TAG.bitString, Buffer.from([7, 0x80]))), // keyUsage: digitalSignature
    extension('2.5.29.37', der(TAG.sequence, SERVER_AUTH, CLIENT_AUTH)), // to other servers we are a client
    extension(
      OID.subjectAltName,
      der(
        TAG.sequence,
        der(TAG.dnsName, ascii),
        otherName(OID.xmppAddr, der(TAG.utf8, domain)),
        otherName(OID.dnsSrv, der(TAG.ia5, `_xmpp-client.${ascii}`)),
        otherName(OID.dnsSrv, der(TAG.ia5, `_xmpp-server.${ascii}`)),
      ),
    ),
  ];
}

function extension(id: string, ...parts: readonly Buffer[]): Buffer {
  const value = parts.at(-1) ?? Buffer.alloc(0);
  return der(TAG.sequence, oid(id), ...parts.slice(0, -1), der(TAG.octetString, value));
}

function otherName(type: string, value: Buffer): Buffer {
  return der(TAG.otherName, oid(type), der(TAG.explicit0, value));
}

/** Positive, and in its shortest form. */
function serial(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes;
}

/** `YYMMDDHHMMSSZ`: fit for years before 2050 (RFC 5280 §4.1.2.5). */
function utcTime(time: number): Buffer {
  return der(TAG.utcTime, `${new Date(time).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`);
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
