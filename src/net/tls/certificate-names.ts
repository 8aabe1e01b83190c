/** Whom a certificate names. */
import type { X509Certificate } from 'node:crypto';
import { domainToASCII } from 'node:url';
import { oid, readDer, TAG } from './der.ts';

/** Object identifiers of names (RFC 6120 §13.7.1.4, RFC 4985 §2) and of the extension that holds them. */
export const OID = { xmppAddr: '1.3.6.1.5.5.7.8.5', dnsSrv: '1.3.6.1.5.5.7.8.7', subjectAltName: '2.5.29.17' } as const;

/** The names of a certificate that mean something in XMPP (RFC 6120 §13.7.1.2). */
export interface CertificateNames {
  /** `id-on-xmppAddr`: JIDs, as they stand there. */
  readonly xmppAddr: readonly string[];
  /** `id-on-dnsSRV`: `_service.domain`. */
  readonly srv: readonly string[];
  readonly dns: readonly string[];
}

/** The subject alternative names, taken from the certificate's bytes: printed forms can be made to say anything. */
export function certificateNames(certificate: X509Certificate): CertificateNames {
  const xmppAddr: string[] = [];
  const srv: string[] = [];
  const dns: string[] = [];
  for (const { tag, body } of subjectAltNames(certificate.raw)) {
    if (tag === TAG.dnsName) dns.push(body.toString('latin1'));
    if (tag !== TAG.otherName) continue;
    const { type, value } = otherName(body);
    if (type.equals(XMPP_ADDR)) xmppAddr.push(value.toString('utf8'));
    else if (type.equals(DNS_SRV)) srv.push(value.toString('latin1'));
  }
  return { xmppAddr, srv, dns };
}

const XMPP_ADDR = bodyOf(oid(OID.xmppAddr));
const DNS_SRV = bodyOf(oid(OID.dnsSrv));
const SUBJECT_ALT_NAME = bodyOf(oid(OID.subjectAltName));

/** Is the certificate one for a host of that canonical domain? A wildcard stands for one label (RFC 9525 §6.3). */
export function isFor(certificate: X509Certificate, domain: string): boolean {
  const { xmppAddr, srv, dns } = certificateNames(certificate);
  const ascii = domainToASCII(domain);
  const names = dns.map((name) => name.toLowerCase());
  if (xmppAddr.length + srv.length + names.length === 0) return commonName(certificate) === ascii; // ours, of old
  if (xmppAddr.includes(domain) || names.includes(ascii)) return true;
  if (srv.some((name) => name === `_xmpp-client.${ascii}` || name === `_xmpp-server.${ascii}`)) return true;
  return names.includes(`*.${ascii.slice(ascii.indexOf('.') + 1)}`) && ascii.includes('.');
}

function commonName({ subject }: X509Certificate): string | undefined {
  const line = subject?.split('\n').find((part) => part.startsWith('CN='));
  return line?.slice(3).toLowerCase();
}

/** The general names of the extension (RFC 5280 §4.2.1.6); none where it is missing. */
function subjectAltNames(raw: Buffer): ReturnType<typeof readDer> {
  const tbs = inside(raw)[0]?.body;
  const extensions = values(tbs).find(({ tag }) => tag === TAG.extensions)?.body;
  for (const extension of inside(extensions)) {
    const parts = readDer(extension.body);
    const last = parts.at(-1);
    if (parts[0]?.body.equals(SUBJECT_ALT_NAME) === true) return inside(last?.body);
  }
  return [];
}

function otherName(body: Buffer): { type: Buffer; value: Buffer } {
  const [type, wrapped] = readDer(body);
  return { type: type?.body ?? Buffer.alloc(0), value: values(wrapped?.body)[0]?.body ?? Buffer.alloc(0) };
}

function values(body: Buffer | undefined): ReturnType<typeof readDer> {
  return body === undefined ? [] : readDer(body);
}

/** What the first value holds. */
function inside(body: Buffer | undefined): ReturnType<typeof readDer> {
  return values(values(body)[0]?.body);
}

function bodyOf(encoded: Buffer): Buffer {
  return readDer(encoded)[0]?.body ?? encoded;
}
