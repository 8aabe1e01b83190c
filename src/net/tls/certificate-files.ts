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
  let fits: boolean;
  try {
    fits = leaf.checkPrivateKey(createPrivateKey(key));
  } catch (error) {
    throw new Error(`${pair.key} has no key that can be used: ${reason(error)}`, { cause: error });
  }
  if (!fits) throw new Error(`the key ${pair.key} does not belong to the certificate ${pair.certificate}`);
  return { certificate, key, leaf, path: pair.certificate };
}

/**
 * The certificate for a canonical domain in a folder: one that names it and has not expired, of several the one that
 * lasts longest; else one that is called after it or after a domain above it.
 * @throws Error the one found cannot be used
 */
export async function findCertificate(
  directory: string,
  domain: string,
  now: number,
): Promise<LoadedCertificate | undefined> {
  let best: { readonly path: string; readonly leaf: X509Certificate } | undefined;
  for (const path of await candidates(directory)) {
    const leaf = parse(await readFile(path, 'utf8').catch(() => ''));
    if (leaf === undefined || Date.parse(leaf.validTo) <= now || !isFor(leaf, domain)) continue;
    if (best === undefined || Date.parse(leaf.validTo) > Date.parse(best.leaf.validTo)) best = { path, leaf };
  }
  if (best !== undefined) return loadCertificate({ certificate: best.path, key: keyFor(best.path) });
  for (let name = domain; name.includes('.') || name === domain; name = name.slice(name.indexOf('.') + 1)) {
    const pair = await calledAfter(directory, name);
    if (pair !== undefined) return loadCertificate(pair);
    if (!name.includes('.')) break;
  }
  return undefined;
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

/** Where the key of such a file is. */
function keyFor(certificate: string): string {
  const name = basename(certificate);
  const key = name.endsWith('.crt') ? name.slice(0, -4).concat('.key') : name.replace('fullchain', 'privkey');
  return join(dirname(certificate), key);
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
