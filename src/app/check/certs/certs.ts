/** `check certs`: the certificate that each host would show. */
import type { X509Certificate } from 'node:crypto';
import { isFor } from '../../../net/tls/certificate-names.ts';
import { userHosts, type Check } from '../check.ts';
import { finder, type Catalogue, type Finding } from '../finding.ts';
import { readCertificates } from './read-certificate.ts';

export const CERTS = {
  'certificate-ok': ['info', 'A certificate is as it should be.', ''],
  'certificate-none': [
    'advice',
    'A host has no certificate, so the server makes one that no client trusts by itself.',
    'Get one, for example from Let’s Encrypt, and put it into the folder of certificates.',
  ],
  'certificate-unusable': [
    'error',
    'A certificate cannot be used: it or its key cannot be read, or they do not belong together.',
    'Put certificate and key of one request side by side, readable for the server.',
  ],
  'certificate-file-missing': [
    'advice',
    'The configuration names a file that is not there; one is looked for in the folder of certificates.',
    'Correct the path, or remove it.',
  ],
  'certificate-expired': ['error', 'A certificate has expired: clients refuse it.', 'Renew it, then reload.'],
  'certificate-expires': ['advice', 'A certificate expires within 30 days.', 'Renew it, then reload.'],
  'certificate-early': ['error', 'A certificate is not valid yet.', 'Check the clock of this machine, or wait.'],
  'certificate-name': [
    'error',
    'A certificate does not name the host that shows it.',
    'Get one with that domain among its names.',
  ],
  'certificate-component': [
    'info',
    'No certificate names a component. Only other servers and services over HTTP will need that.',
    'Add the domain when the certificate is renewed.',
  ],
  'certificate-self-signed': [
    'advice',
    'A certificate is self-signed: clients do not trust it by themselves.',
    'Get one, for example from Let’s Encrypt.',
  ],
  'certificate-chain-short': [
    'advice',
    'A file holds the certificate alone, without that of its issuer: some clients cannot check it.',
    'Use the full chain (fullchain.pem).',
  ],
  'certificate-chain-order': [
    'error',
    'The certificates in a file are not in order, each followed by that of its issuer.',
    'Put the host’s own first, then that of its issuer, and so on.',
  ],
  'certificate-key-open': [
    'advice',
    'A key can be read or changed by others than its owner and group.',
    'chmod 640, or 600.',
  ],
  'certificate-key-weak': [
    'advice',
    'A key is shorter than 2048 bits (RSA) or 256 bits (EC).',
    'Make a new key, and renew.',
  ],
} as const satisfies Catalogue;

const find = finder('certs', CERTS);

const DAY = 86_400_000;
const SOON = 30;

/** Bits that must not be set: all of others, and writing for the group. */
const OPEN = 0o027;

/** A certificate that was read. */
export interface FoundCertificate {
  readonly path: string;
  /** The host's own first. */
  readonly chain: readonly X509Certificate[];
  /** Permissions of the file with the key; `undefined` where they mean nothing. */
  readonly key: { readonly path: string; readonly mode: number } | undefined;
}

/** What was found for a host. */
export interface HostCertificates {
  readonly domain: string;
  /** The service that has this one of its own. */
  readonly service?: string | undefined;
  /** Files that are named and are not there. */
  readonly missing: readonly string[];
  readonly found: FoundCertificate | undefined;
  /** Files with certificates for the host that have expired, and so are not used. */
  readonly expired?: readonly string[];
  /** Why it cannot be used. */
  readonly problem?: string;
}

export const certsCheck: Check = {
  name: 'certs',
  summary: 'Certificates of the hosts: names, dates, chain, key',
  catalogue: CERTS,
  run: async (subject) => {
    const hosts = userHosts(subject).filter(({ modules }) => modules.includes('tls'));
    const all = (await Promise.all(hosts.map((host) => readCertificates(host, subject.now)))).flat();
    const own = all.flatMap((one) => certificateFindings(one, subject.now));
    const components = subject.settings.hosts.filter(({ kind }) => kind === 'component').map(({ domain }) => domain);
    const leaves = all.flatMap(({ found }) => found?.chain[0] ?? []);
    const without = components.filter((domain) => !leaves.some((leaf) => isFor(leaf, domain)));
    return [...own, ...without.map((domain) => find('certificate-component', `No certificate names ${domain}.`))];
  },
};

/** What is to be said of a host's certificate. @param now milliseconds since 1970 */
export function certificateFindings(
  { domain, service, missing, expired = [], found, problem }: HostCertificates,
  now: number,
): Finding[] {
  const host = service === undefined ? domain : `${domain} (${service})`;
  const findings = missing.map((path) => find('certificate-file-missing', `${host}: there is no ${path}.`));
  if (problem !== undefined) return [...findings, find('certificate-unusable', `${host}: ${problem}.`)];
  const leaf = found?.chain[0];
  if (found === undefined || leaf === undefined) {
    const old = expired.map((file) => find('certificate-expired', `${host}: the certificate has expired.`, file));
    return [...findings, ...(old.length > 0 ? old : [find('certificate-none', `${host} has no certificate.`)])];
  }
  const { path, chain, key } = found;
  const say = (id: keyof typeof CERTS, what: string): void => void findings.push(find(id, `${host}: ${what}`, path));
  const left = Date.parse(leaf.validTo) - now;
  const until = new Date(leaf.validTo).toISOString().slice(0, 10);
  if (left <= 0) say('certificate-expired', `the certificate expired on ${until}.`);
  else if (left <= SOON * DAY)
    say('certificate-expires', `the certificate expires in ${Math.floor(left / DAY)} days, on ${until}.`);
  if (Date.parse(leaf.validFrom) > now) say('certificate-early', `the certificate is valid from ${leaf.validFrom} on.`);
  if (!isFor(leaf, domain)) say('certificate-name', `the certificate names ${leaf.subjectAltName ?? leaf.subject}.`);
  const selfSigned = leaf.issuer === leaf.subject && leaf.verify(leaf.publicKey);
  if (selfSigned) say('certificate-self-signed', 'the certificate is self-signed.');
  else if (chain.length === 1) say('certificate-chain-short', 'the file holds no certificate of the issuer.');
  const broken = chain.findIndex((one, index) => index > 0 && chain[index - 1]?.checkIssued(one) !== true);
  if (broken > 0)
    say('certificate-chain-order', `certificate ${broken + 1} in the file did not issue the one before it.`);
  if (key !== undefined && (key.mode & OPEN) !== 0) {
    say('certificate-key-open', `${key.path} has mode ${(key.mode & 0o777).toString(8)}.`);
  }
  const { modulusLength, namedCurve } = leaf.publicKey.asymmetricKeyDetails ?? {};
  if (modulusLength !== undefined && modulusLength < 2048)
    say('certificate-key-weak', `the key has ${modulusLength} bits.`);
  if (namedCurve !== undefined && /(1[69]2|224|160)/.test(namedCurve))
    say('certificate-key-weak', `the key is of ${namedCurve}.`);
  if (findings.length === 0) say('certificate-ok', `the certificate is valid until ${until}.`);
  return findings;
}
