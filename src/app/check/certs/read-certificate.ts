/** Reads the certificates that a host would show. */
import { X509Certificate } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { HostConfig } from '../../../host/host.ts';
import { findCertificate, loadCertificate, type LoadedCertificate } from '../../../net/tls/certificate-files.ts';
import { membersOf } from '../../prosody/section.ts';
import type { CertificatePair } from '../../../net/interface.ts';
import { moduleOptions } from '../module-options.ts';
import type { HostCertificates } from './certs.ts';

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Read the one for all connections, and where direct TLS has another one, that too. What cannot be used is told in the
 * result.
 * @param now milliseconds since 1970
 */
export async function readCertificates(host: HostConfig, now: number): Promise<HostCertificates[]> {
  const options = await moduleOptions(host, 'tls');
  const [all, clients, direct] = ['ssl', 'c2s_ssl', 'c2s_direct_tls_ssl'].map((name) => membersOf(options.get(name)));
  const named = { certificate: options.get('certificate'), key: options.get('certificate_key') };
  const read = (table: Table, service?: string): Promise<HostCertificates> =>
    readOne(
      { ...Object.fromEntries(all ?? []), ...table },
      named,
      text(options.get('certificates')),
      host.domain,
      now,
      service,
    );
  const usual = await read(Object.fromEntries(clients ?? []));
  const other = options.get('c2s_direct_tls_certificate');
  if (other === undefined && direct?.size === 0) return [usual];
  const table = Object.fromEntries((direct?.size === 0 ? clients : direct) ?? []);
  return [
    usual,
    await read(other === undefined ? table : { ...table, certificate: other, key: undefined }, 'direct TLS'),
  ];
}

type Table = Readonly<Record<string, unknown>>;

async function readOne(
  table: Table,
  named: Table,
  directory: string | undefined,
  domain: string,
  now: number,
  service: string | undefined,
): Promise<HostCertificates> {
  const missing: string[] = [];
  const expired: string[] = [];
  const common = { domain, service, missing, expired };
  try {
    const pair = (await present(pairOf(table), missing)) ?? pairOf(named);
    const loaded =
      pair !== undefined
        ? await loadCertificate(pair)
        : directory === undefined
          ? undefined
          : await findCertificate(directory, domain, now, (path) => expired.push(path));
    return { ...common, found: loaded && (await described(loaded, pair?.key)) };
  } catch (error) {
    return { ...common, found: undefined, problem: error instanceof Error ? error.message : String(error) };
  }
}

function pairOf({ certificate, key, password }: Table): CertificatePair | undefined {
  const path = text(certificate);
  const passphrase = text(password);
  if (path === undefined) return undefined;
  return { certificate: path, key: text(key) ?? keyFor(path), ...(passphrase !== undefined && { passphrase }) };
}

/** The pair, unless one of its files is not there. */
async function present(pair: CertificatePair | undefined, missing: string[]): Promise<CertificatePair | undefined> {
  for (const path of pair === undefined ? [] : [pair.certificate, pair.key]) {
    if (!(await exists(path))) missing.push(path);
  }
  return missing.length === 0 ? pair : undefined;
}

async function described({ certificate, path }: LoadedCertificate, named: string | undefined) {
  const chain = [...certificate.matchAll(PEM)].map(([pem]) => new X509Certificate(pem));
  for (const key of named === undefined ? [keyFor(path), path] : [named]) {
    const file = await stat(key).catch(() => undefined);
    if (file !== undefined) return { path, chain, key: { path: key, mode: file.mode } };
  }
  return { path, chain, key: undefined };
}

/** Where the key of a certificate is by its name; the file itself where it has no such name. */
function keyFor(certificate: string): string {
  const name = basename(certificate);
  if (name.includes('fullchain')) return join(dirname(certificate), name.replace('fullchain', 'privkey'));
  return /\.(crt|pem)$/.test(name) ? join(dirname(certificate), name.replace(/\.\w+$/, '.key')) : certificate;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
