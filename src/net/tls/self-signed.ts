/** Certificates made here, so that a server can be tried before it has a real one. */
import { createPrivateKey, generateKeyPair, randomBytes, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { der, TAG } from './der.ts';
import { algorithmOf, extensionsFor, pem, publicPart, signed, subjectOf } from './x509-parts.ts';

/** Days a certificate is valid: the most that all systems accept. */
const DAYS = 825;
const DAY = 86_400_000;

/** A certificate and its key, in PEM. */
export interface PemPair {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Make a certificate for a host that is signed with its own key (RFC 5280).
 * @param now milliseconds since 1970
 * @param more other domains that it names, and a key in PEM to use instead of a new one
 */
export async function makeSelfSigned(
  domain: string,
  now: number,
  { others = [], key }: { readonly others?: readonly string[]; readonly key?: string } = {},
): Promise<PemPair> {
  const text = key ?? (await makeKey());
  const own = createPrivateKey(text);
  const name = subjectOf(domain);
  const body = der(
    TAG.sequence,
    der(TAG.explicit0, der(TAG.integer, Buffer.from([2]))), // version 3
    der(TAG.integer, serial()),
    algorithmOf(own),
    name,
    der(TAG.sequence, utcTime(now - DAY), utcTime(now + DAYS * DAY)), // clocks differ
    name,
    publicPart(own),
    der(TAG.extensions, extensionsFor([domain, ...others], own)),
  );
  return { certificate: pem('CERTIFICATE', signed(body, own)), key: text };
}

/** Make a private key, in PEM: RSA of that many bits, or P-256. */
export async function makeKey(bits?: number): Promise<string> {
  const { privateKey } =
    bits === undefined
      ? await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' })
      : await promisify(generateKeyPair)('rsa', { modulusLength: bits });
  return exported(privateKey);
}

function exported(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
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
