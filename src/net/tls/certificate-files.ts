/** Finds certificates as Prosody does, in the layouts of its own folder and of ACME clients. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { CertificatePair } from '../interface.ts';
import { isFor } from './certificate-names.ts';
import type { PemPair } from './self-signed.ts';

/** Levels of folders that are looked through. */
const DEPTH = 3;
/** Files that are looked at, so that a folder chosen by mistake does not hold up the start. */
const MAX_FILES = 2000;
const BEGIN = '-----BEGIN CERTIFICATE-----';

/** A certificate and its key, which belong together. */
export interface LoadedCertificate extends PemPair {
  /** The host's own, not those of its issuers. */
  readonly leaf: X509Certificate;
  readonly path: string;
}

/**
 * Read a certificate with its chain, and its key.
 * @throws Error one of them cannot be read, or they do not belong together
 */
export async function loadCertificate(pair: CertificatePair): Promise<LoadedCertificate> {
  const certificate = await read(pair.certificate);
  const key = await read(pair.key);
  const leaf = parse(certificate);
  if (leaf === undefined) throw new Error(`${pair.certificate} does not start with a certificate in PEM`);
  const { passphrase } = pair;
  let fits: boolean;
  let plain = key;
  try {
    const known = createPrivateKey({ key, ...(passphrase !== undefined && { passphrase }) });
    fits = leaf.checkPrivateKey(known);
    if (passphrase !== undefined) plain = known.export({ type: 'pkcs8', format: 'pem' }).toString();
  } catch (error) {
    throw new Error(`${pair.key} has no key that can be used: ${reason(error)}`, { cause: error });
  }
  if (!fits) throw new Error(`the key ${pair.key} does not belong to the certificate ${pair.certificate}`);
  return { certificate, key: plain, leaf, path: pair.certificate };
}

/**
 * The certificate for a canonical domain in a folder: one that names it and has not expired, of several the one that
 * lasts longest and has its key; else one that is called after it; else, in the same way, that of a domain above it.
 * @param expired is told of those that are for the domain and have expired
 * @param present what `readCertificates` found there, where that was asked before
 * @throws Error the one found cannot be used
 */
export async function findCertificate(
  directory: string,
  domain: string,
  now: number,
  expired?: (path: string) => void,
  present?: readonly Candidate[],
): Promise<LoadedCertificate | undefined> {
  const all: Candidate[] = [];
  for (const candidate of present ?? (await readCertificates(directory))) {
    if (Date.parse(candidate.leaf.validTo) > now) all.push(candidate);
    else if (isFor(candidate.leaf, domain)) expired?.(candidate.path);
  }
  for (let name = domain; ; name = name.slice(name.indexOf('.') + 1)) {
    // One made for another domain on trial is no better than one that is made for this one.
    const found = await longest(
      all.filter(({ leaf }) => isFor(leaf, name) && (name === domain || !isSelfIssued(leaf))),
    );
    if (found !== undefined) return found;
    const pair = await calledAfter(directory, name);
    const loaded = pair === undefined ? undefined : await loadCertificate(pair);
    if (loaded !== undefined && Date.parse(loaded.leaf.validTo) > now) return loaded;
    if (loaded !== undefined && !isFor(loaded.leaf, domain)) expired?.(loaded.path); // else it was told above
    if (!name.includes('.')) return undefined;
  }
}

/** A certificate whose key was not looked for yet. */
export interface Candidate {
  readonly path: string;
  readonly leaf: X509Certificate;
}

/** The certificates in a folder and those below it. */
export async function readCertificates(directory: string): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const path of await candidates(directory)) {
    const leaf = parse(await readFile(path, 'utf8').catch(() => ''));
    if (leaf !== undefined) found.push({ path, leaf });
  }
  return found;
}

/** Of several, the one that lasts longest and can be used. @throws Error none of them can */
async function longest(several: readonly Candidate[]): Promise<LoadedCertificate | undefined> {
  const problems: unknown[] = [];
  for (const { path } of several.toSorted((a, b) => Date.parse(b.leaf.validTo) - Date.parse(a.leaf.validTo))) {
    try {
      return await loadCertificate({ certificate: path, key: await keyFor(path) });
    } catch (error) {
      problems.push(error);
    }
  }
  if (problems.length > 0) throw problems[0];
  return undefined;
}

function isSelfIssued({ issuer, subject }: X509Certificate): boolean {
  return issuer === subject;
}

/** Files that hold certificates by their names: `*.crt`, and what ACME clients call `fullchain`. */
async function candidates(directory: string): Promise<string[]> {
  const found: string[] = [];
  const folders = [{ path: directory, depth: 1 }];
  for (const { path: folder, depth } of folders) {
    for (const name of (await readdir(folder).catch(() => [])).toSorted((a, b) => (a < b ? -1 : 1))) {
      const path = join(folder, name);
      const file = await stat(path).catch(() => undefined); // follows links, which ACME clients make
      if (file?.isDirectory() === true && depth < DEPTH) folders.push({ path, depth: depth + 1 });
      else if (file?.isFile() === true && (name.endsWith('.crt') || name.includes('fullchain'))) found.push(path);
      if (found.length >= MAX_FILES) return found;
    }
  }
  return found;
}

/** Where the key of such a file is: beside it, by a name that goes with its own, or the only one that there is. */
async function keyFor(certificate: string): Promise<string> {
  const folder = dirname(certificate);
  const name = basename(certificate);
  const usual = name.endsWith('.crt') ? name.slice(0, -4).concat('.key') : name.replace('fullchain', 'privkey');
  if (await exists(join(folder, usual))) return join(folder, usual);
  const [only = usual, ...more] = (await readdir(folder)).filter((file) => file.endsWith('.key')); // as acme.sh does
  return join(folder, more.length === 0 && name.includes('fullchain') ? only : usual);
}

async function calledAfter(directory: string, name: string): Promise<CertificatePair | undefined> {
  const path = (...parts: readonly string[]): string => join(directory, ...parts);
  const pairs = [
    { certificate: path(`${name}.crt`), key: path(`${name}.key`) },
    { certificate: path(name, 'fullchain.pem'), key: path(name, 'privkey.pem') },
    { certificate: path(`${name}.pem`), key: path(`${name}.key`) },
    { certificate: path(`${name}.pem`), key: path(`${name}.pem`) },
  ];
  for (const pair of pairs) if ((await exists(pair.certificate)) && (await exists(pair.key))) return pair;
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

function parse(text: string): X509Certificate | undefined {
  if (!text.trimStart().startsWith(BEGIN)) return undefined;
  try {
    return new X509Certificate(text);
  } catch {
    return undefined;
  }
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(`${path} cannot be read: ${reason(error)}`, { cause: error });
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
