/** An authority that issues whatever certificate a test asks for (RFC 5280). */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { OID } from '../../src/net/tls/certificate-names.ts';
import { der, oid, TAG } from '../../src/net/tls/der.ts';
import type { PemPair } from '../../src/net/tls/self-signed.ts';

const DAY = 86_400_000;
const ECDSA_SHA256 = der(TAG.sequence, oid('1.2.840.10045.4.3.2'));
const COMMON_NAME = '2.5.4.3';
const UNIT = '2.5.4.11';
const TRUE = Buffer.from([TAG.boolean, 1, 0xff]);

/** Extended key usage of clients and of servers. */
export const CLIENT = '1.3.6.1.5.5.7.3.2';
export const SERVER = '1.3.6.1.5.5.7.3.1';

/** What a certificate says. */
export interface Wanted {
  /** XMPP addresses in the subject alternative name, as text or as bytes. */
  readonly addresses?: readonly (string | Buffer)[];
  readonly dns?: readonly string[];
  readonly commonName?: string;
  readonly unit?: string;
  readonly usage?: string;
  /** Days from now. */
  readonly from?: number;
  readonly to?: number;
  /** The bytes of the subject alternative name, instead of a proper one. */
  readonly rawNames?: Buffer;
  readonly authority?: true;
}

/** An authority. */
export class TestCa {
  readonly certificate: string;
  readonly #name: Buffer;
  readonly #key: KeyObject;
  readonly #chain: string;
  #serial = 1;

  constructor(name: string, issuer?: TestCa) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#key = privateKey;
    this.#name = distinguished({ commonName: name });
    this.certificate = (issuer ?? this).#sign({ commonName: name, authority: true }, publicKey);
    this.#chain = issuer === undefined ? '' : this.certificate;
  }

  /** A certificate, followed by those between it and the root, and its key. */
  issue(wanted: Wanted): PemPair {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    return { certificate: this.#sign(wanted, publicKey) + this.#chain, key };
  }

  #sign(wanted: Wanted, key: KeyObject): string {
    const { from = -1, to = 100 } = wanted;
    const body = der(
      TAG.sequence,
      der(TAG.explicit0, der(TAG.integer, Buffer.from([2]))),
      der(TAG.integer, Buffer.from([this.#serial++])),
      ECDSA_SHA256,
      this.#name,
      der(TAG.sequence, time(from), time(to)),
      distinguished(wanted),
      key.export({ type: 'spki', format: 'der' }),
      der(TAG.extensions, der(TAG.sequence, ...extensions(wanted))),
    );
    const signature = sign('sha256', body, this.#key);
    const bytes = der(TAG.sequence, body, ECDSA_SHA256, der(TAG.bitString, Buffer.from([0]), signature));
    const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
    return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
  }
}

function distinguished({ commonName = 'client', unit }: Wanted): Buffer {
  const part = (type: string, text: string): Buffer => der(TAG.set, der(TAG.sequence, oid(type), der(TAG.utf8, text)));
  return der(TAG.sequence, part(COMMON_NAME, commonName), ...(unit === undefined ? [] : [part(UNIT, unit)]));
}

function extensions({ addresses = [], dns = [], usage, rawNames, authority }: Wanted): Buffer[] {
  const extension = (id: string, value: Buffer): Buffer => der(TAG.sequence, oid(id), der(TAG.octetString, value));
  const names = [
    ...addresses.map((address) => der(TAG.otherName, oid(OID.xmppAddr), der(TAG.explicit0, der(TAG.utf8, address)))),
    ...dns.map((name) => der(TAG.dnsName, name)),
  ];
  return [
    extension('2.5.29.19', der(TAG.sequence, ...(authority === true ? [TRUE] : []))),
    ...(usage === undefined ? [] : [extension('2.5.29.37', der(TAG.sequence, oid(usage)))]),
    ...(names.length > 0 ? [extension(OID.subjectAltName, der(TAG.sequence, ...names))] : []),
    ...(rawNames === undefined ? [] : [extension(OID.subjectAltName, rawNames)]),
  ];
}

function time(days: number): Buffer {
  const text = new Date(Date.now() + days * DAY).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14);
  return der(TAG.utcTime, `${text}Z`);
}
