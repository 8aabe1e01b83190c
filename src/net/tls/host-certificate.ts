/** The certificate of a host: the operator's, or one made here. */
import { X509Certificate } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { TlsHostOptions } from '../interface.ts';
import { findCertificate, loadCertificate, type LoadedCertificate } from './certificate-files.ts';
import type { CertificateFolders } from './certificate-folders.ts';
import { isFor } from './certificate-names.ts';
import { makeSelfSigned, type PemPair } from './self-signed.ts';
import { PEM_MODE, storePem } from './store-pem.ts';

/** A certificate made here is replaced that many milliseconds before it expires. */
const RENEWAL = 30 * 86_400_000;

/** The certificate that a host is to show, and its key. */
export interface HostCertificate extends PemPair {
  readonly leaf: X509Certificate;
  /** `undefined` for one that is kept nowhere. */
  readonly path: string | undefined;
  /** Was it made by a server, because there was no other? */
  readonly made: boolean;
  /** Files with certificates of the domain that were passed over because they have expired. */
  readonly expired: readonly string[];
}

/**
 * The certificate of a canonical domain; made, if there is none.
 * @param own folder where those made here are kept
 * @param folders reads them
 * @throws Error the one that is there cannot be used
 */
export async function hostCertificate(
  domain: string,
  { certificate, directory }: TlsHostOptions,
  own: string | undefined,
  folders: CertificateFolders,
): Promise<HostCertificate> {
  const now = Date.now();
  const expired: string[] = [];
  if (certificate !== undefined) return { ...(await loadCertificate(certificate)), made: false, expired };
  const look = async (folder: string, tell?: (path: string) => void): Promise<LoadedCertificate | undefined> =>
    findCertificate(folder, domain, now, tell, await folders.read(folder));
  const found = directory === undefined ? undefined : await look(directory, (path) => expired.push(path));
  if (found !== undefined) {
    return { ...found, made: dirname(found.path) === own && found.leaf.verify(found.leaf.publicKey), expired };
  }
  // One that cannot be used, as when the server was killed while it stored it, is made anew.
  const kept = own === undefined ? undefined : await look(own).catch(() => undefined);
  if (kept !== undefined && isFor(kept.leaf, domain) && Date.parse(kept.leaf.validTo) > now + RENEWAL) {
    return { ...kept, made: true, expired };
  }
  const made = await makeSelfSigned(domain, now);
  const path = own && (await keep(own, domain, made));
  return { ...made, leaf: new X509Certificate(made.certificate), path, made: true, expired };
}

/** Store a pair that was made here, for nobody else to read; returns the path of the certificate. */
async function keep(directory: string, domain: string, { certificate, key }: PemPair): Promise<string> {
  const path = join(directory, domain);
  // The key first: one without its certificate is harmless.
  await storePem([
    { path: `${path}.key`, text: key, mode: PEM_MODE.key },
    { path: `${path}.crt`, text: certificate, mode: PEM_MODE.key },
  ]);
  return `${path}.crt`;
}
