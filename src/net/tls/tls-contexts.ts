/** The certificates of the hosts of a process, ready for use. */
import { createHash, type X509Certificate } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { domainToASCII } from 'node:url';
import type { ServedCertificate, TlsHostOptions, TlsHosts } from '../interface.ts';
import { CertificateFolders } from './certificate-folders.ts';
import { hostCertificate, type HostCertificate } from './host-certificate.ts';
import type { TlsCredentials } from './secure-socket.ts';
import { TicketSecret } from './ticket-secret.ts';
import { contextOptions } from './tls-profile.ts';

/** Seconds for which a client may resume a session; mobile ones come back after hours. */
const SESSION_LIFE = 86_400;
/** Constant, or no session could be resumed. */
const SESSION_ID_CONTEXT = 'couplet';
const BEGIN = '-----BEGIN CERTIFICATE-----';
/** Name of the file with what session tickets are encrypted with. */
const TICKETS = 'session-tickets';

/** A host that is served. */
interface Served {
  readonly certificate: HostCertificate;
  /** Makes `credentials`, with the ticket keys of the day. */
  readonly prepare: (secret: TicketSecret) => TlsCredentials;
  credentials: TlsCredentials;
  /** Day of the ticket keys in use. */
  day: number;
  /** What is served again if this is stopped before that is. */
  before: Served | undefined;
  stopped: boolean;
}

/** Keeps one context per host; streams and listeners ask for it anew with each connection. */
export class TlsContexts implements TlsHosts {
  /** By domain in ASCII, and after those by domain and service where that has one of its own. */
  readonly #hosts = new Map<string, Served>();
  readonly #own: string | undefined;
  readonly #folders = new CertificateFolders();
  #secret: TicketSecret | undefined;

  /** @param own folder where certificates made here are kept; without it they are made anew with each start */
  constructor(own?: string) {
    this.#own = own;
  }

  /** Of a host; without a domain, of the one that was there first. */
  credentials(domain: string | undefined, service?: string): TlsCredentials | undefined {
    const name = domain === undefined ? this.#hosts.keys().next().value : domainToASCII(domain);
    if (name === undefined) return undefined;
    const served = this.#hosts.get(keyOf(name, service)) ?? this.#hosts.get(name);
    if (served === undefined) return undefined;
    const secret = this.#ticketSecret();
    const day = secret.dayAt(Date.now());
    if (served.day !== day) {
      served.credentials = served.prepare(secret);
      served.day = day;
    }
    return served.credentials;
  }

  readingOnce<T>(work: () => Promise<T>): Promise<T> {
    return this.#folders.readingOnce(work);
  }

  async serve(domain: string, options: TlsHostOptions): Promise<ServedCertificate & { readonly stop: () => void }> {
    const certificate = await hostCertificate(domain, options, this.#own, this.#folders);
    const authorities = await readAuthorities(options.clientAuthorities);
    const name = keyOf(domainToASCII(domain), options.service);
    if (certificate.made && this.#hosts.get(name)?.certificate.made === false) {
      throw new Error('there is no certificate that can be used any more');
    }
    const prepare = (secret: TicketSecret): TlsCredentials =>
      credentialsOf(domain, certificate, options, authorities, secret);
    const secret = this.#ticketSecret();
    const served: Served = {
      certificate,
      prepare,
      day: secret.dayAt(Date.now()),
      credentials: prepare(secret),
      before: this.#hosts.get(name),
      stopped: false,
    };
    this.#hosts.set(name, served);
    const { leaf, path } = certificate;
    return {
      path,
      selfSigned: leaf.verify(leaf.publicKey),
      expires: Date.parse(leaf.validTo),
      expired: certificate.expired,
      stop: () => {
        served.stopped = true;
        this.#restore(name);
      },
    };
  }

  /** Serve the newest that was not stopped, and forget those that were. */
  #restore(name: string): void {
    const newest = (served: Served | undefined): Served | undefined =>
      served?.stopped === true ? newest(served.before) : served;
    const now = newest(this.#hosts.get(name));
    if (now === undefined) return void this.#hosts.delete(name);
    now.before = newest(now.before);
    this.#hosts.set(name, now);
  }

  #ticketSecret(): TicketSecret {
    this.#secret ??= new TicketSecret(this.#own && join(this.#own, TICKETS), Date.now());
    return this.#secret;
  }
}

function keyOf(name: string, service: string | undefined): string {
  return service === undefined ? name : `${name} ${service}`;
}

function credentialsOf(
  domain: string,
  { certificate, key, leaf }: HostCertificate,
  { profile, settings }: TlsHostOptions,
  authorities: string | undefined,
  secret: TicketSecret,
): TlsCredentials {
  const context = createSecureContext({
    // A session that goes on brings the client's certificate of before: whoever has one proves it anew each time.
    ...contextOptions(profile, authorities === undefined ? settings : { ...settings, tickets: false }),
    cert: certificate,
    key,
    ...(authorities !== undefined && { ca: authorities }),
    sessionIdContext: SESSION_ID_CONTEXT,
    sessionTimeout: SESSION_LIFE,
    // No session goes on with another host, or after the certificate was replaced.
    ticketKeys: secret.keysFor(`${domain} ${leaf.fingerprint512}`),
  });
  return { context, endPoint: endPointOf(leaf), certifies: authorities === undefined ? undefined : domain };
}

/** @throws Error the file cannot be read, or no certificate is in it */
async function readAuthorities(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const text = await readAll(path).catch((error: unknown) => {
    throw new Error(`${path} cannot be read`, { cause: error });
  });
  if (!text.includes(BEGIN)) throw new Error(`${path} has no certificate in PEM`);
  return text;
}

/** A file, or all files of a folder. */
async function readAll(path: string): Promise<string> {
  if (!(await stat(path)).isDirectory()) return readFile(path, 'utf8');
  const files = (await readdir(path, { withFileTypes: true })).filter((file) => !file.isDirectory());
  const texts = await Promise.all(files.map(({ name }) => readFile(join(path, name), 'utf8').catch(() => '')));
  return texts.filter((text) => text.includes(BEGIN)).join('\n');
}

/**
 * RFC 5929 §4.1: the certificate, hashed as its signature is; by SHA-256 where that is MD5 or SHA-1. For signatures that
 * have no hash of their own nothing is said there, and SHA-256 is what others take.
 */
function endPointOf({ signatureAlgorithm = '', raw }: X509Certificate): Buffer {
  const hash = /sha(384|512)/i.exec(signatureAlgorithm)?.[0].toLowerCase() ?? 'sha256';
  return createHash(hash).update(raw).digest();
}
