/** The certificate of a host: the operator's, or one made here. */
import { X509Certificate } from 'node:crypto';
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TlsHostOptions } from '../interface.ts';
import { findCertificate, loadCertificate } from './certificate-files.ts';
import { isFor } from './certificate-names.ts';
import { makeSelfSigned, type PemPair } from './self-signed.ts';

/** A certificate made here is replaced that many milliseconds before it expires. */
const RENEWAL = 30 * 86_400_000;

/** The certificate that a host is to show, and its key. */
export interface HostCertificate extends PemPair {
  readonly leaf: X509Certificate;
  /** `undefined` for one that is kept nowhere. */
  readonly path: string | undefined;
  /** Was it made by a server, because there was no other? */
  readonly made: boolean;
}

/**
 * The certificate of a canonical domain; made, if there is none.
 * @param own folder where those made here are kept
 * @throws Error the one that is there cannot be used
 */
export async function hostCertificate(
  domain: string,
  { certificate, directory }: TlsHostOptions,
  own: string | undefined,
): Promise<HostCertificate> {
  const now = Date.now();
  if (certificate !== undefined) return { ...(await loadCertificate(certificate)), made: false };
  const found = directory === undefined ? undefined : await findCertificate(directory, domain, now);
  if (found !== undefined) {
    return { ...found, made: dirname(found.path) === own && found.leaf.verify(found.leaf.publicKey) };
  }
  // One that cannot be used, as when the server was killed while it stored it, is made anew.
  const kept = own === undefined ? undefined : await findCertificate(own, domain, now).catch(() => undefined);
  if (kept !== undefined && isFor(kept.leaf, domain) && Date.parse(kept.leaf.validTo) > now + RENEWAL) {
    return { ...kept, made: true };
  }
  const made = await makeSelfSigned(domain, now);
  const path = own && (await keep(own, domain, made));
  return { ...made, leaf: new X509Certificate(made.certificate), path, made: true };
}

/** Store a pair that was made here, for nobody else to read; returns the path of the certificate. */
async function keep(directory: string, domain: string, { certificate, key }: PemPair): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, domain);
  // A certificate of before stays in use until its successor is complete.
  for (const [name, text] of [
    [`${path}.key`, key],
    [`${path}.crt`, certificate],
  ] as const) {
    await writeFile(`${name}.new`, text, { mode: 0o600 });
    await chmod(`${name}.new`, 0o600);
    await rename(`${name}.new`, name);
  }
  return `${path}.crt`;
}
