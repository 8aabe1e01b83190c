/** The certificates of the hosts of a process, ready for use. */
import { createHash, createHmac, randomBytes, X509Certificate } from 'node:crypto';
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { domainToASCII } from 'node:url';
import type { ServedCertificate, TlsHostOptions, TlsHosts, TlsProfile } from '../interface.ts';
import { findCertificate, loadCertificate } from './certificate-files.ts';
import { isFor } from './certificate-names.ts';
import type { TlsCredentials } from './secure-socket.ts';
import { makeSelfSigned, type PemPair } from './self-signed.ts';
import { TLS_PROFILES } from './tls-profile.ts';

/** Seconds for which a client may resume a session; mobile ones come back after hours. */
const SESSION_LIFE = 86_400;
/** Constant, or no session could be resumed. */
const SESSION_ID_CONTEXT = 'couplet';
/** A certificate made here is replaced that many milliseconds before it expires. */
const RENEWAL = 30 * 86_400_000;

interface Found extends PemPair {
  readonly leaf: X509Certificate;
  readonly path: string | undefined;
}

/** Keeps one context per host; streams and listeners ask for it anew with each connection. */
export class TlsContexts implements TlsHosts {
  /** By domain in ASCII. */
  readonly #hosts = new Map<string, TlsCredentials>();
  /** What session tickets are encrypted with is made from it. */
  readonly #ticketSecret = randomBytes(32);
  readonly #own: string | undefined;

  /** @param own folder where certificates made here are kept; without it they are made anew with each start */
  constructor(own?: string) {
    this.#own = own;
  }

  /** Of a host; without a domain, of the one that was there first. */
  credentials(domain: string | undefined): TlsCredentials | undefined {
    if (domain !== undefined) return this.#hosts.get(domainToASCII(domain));
    const [first] = this.#hosts.values();
    return first;
  }

  async serve(domain: string, options: TlsHostOptions): Promise<ServedCertificate & { readonly stop: () => void }> {
    const found = await find(domain, options, this.#own);
    const credentials = this.#prepare(found, options.profile);
    const name = domainToASCII(domain);
    this.#hosts.set(name, credentials);
    return {
      path: found.path,
      selfSigned: found.leaf.verify(found.leaf.publicKey),
      expires: Date.parse(found.leaf.validTo),
      stop: () => {
        if (this.#hosts.get(name) === credentials) this.#hosts.delete(name); // else there is a newer one
      },
    };
  }

  #prepare({ certificate, key, leaf }: Found, profile: TlsProfile): TlsCredentials {
    const context = createSecureContext({
      ...TLS_PROFILES[profile],
      cert: certificate,
      key,
      sessionIdContext: SESSION_ID_CONTEXT,
      sessionTimeout: SESSION_LIFE,
      // Of their own for each certificate: no session goes on with another host, or after the certificate was replaced.
      ticketKeys: createHmac('sha512', this.#ticketSecret).update(leaf.fingerprint512).digest().subarray(0, 48),
    });
    return { context, endPoint: endPointOf(leaf) };
  }
}

/**
 * RFC 5929 §4.1: the certificate, hashed as its signature is; by SHA-256 where that is MD5 or SHA-1. For signatures that
 * have no hash of their own nothing is said there, and SHA-256 is what others take.
 */
function endPointOf({ signatureAlgorithm = '', raw }: X509Certificate): Buffer {
  const hash = /sha(384|512)/i.exec(signatureAlgorithm)?.[0].toLowerCase() ?? 'sha256';
  return createHash(hash).update(raw).digest();
}

async function find(
  domain: string,
  { certificate, directory }: TlsHostOptions,
  own: string | undefined,
): Promise<Found> {
  const now = Date.now();
  if (certificate !== undefined) return loadCertificate(certificate);
  const found = directory === undefined ? undefined : await findCertificate(directory, domain, now);
  if (found !== undefined) return found;
  // One that cannot be used, as when the server was killed while it stored it, is made anew.
  const kept = own === undefined ? undefined : await findCertificate(own, domain, now).catch(() => undefined);
  if (kept !== undefined && isFor(kept.leaf, domain) && Date.parse(kept.leaf.validTo) > now + RENEWAL) return kept;
  const made = await makeSelfSigned(domain, now);
  return { ...made, leaf: new X509Certificate(made.certificate), path: own && (await keep(own, domain, made)) };
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
