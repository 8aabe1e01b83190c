import { X509Certificate } from 'node:crypto';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { subjectOf } from '../../../../test/support/check-subject.ts';
import { TestCa, type Wanted } from '../../../../test/support/test-ca.ts';
import { makeSelfSigned } from '../../../net/tls/self-signed.ts';
import { certificateFindings, certsCheck, type FoundCertificate, type HostCertificates } from './certs.ts';
import { readCertificates } from './read-certificate.ts';

const DOMAIN = 'example.org';
const NOW = Date.now();
const folder = mkdtempSync(join(tmpdir(), 'couplet-certs-'));
afterAll(() => rmSync(folder, { recursive: true }));

const root = new TestCa('root');
const ca = new TestCa('between', root);
const chainOf = (pem: string): X509Certificate[] =>
  [...pem.matchAll(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g)].map(([one]) => new X509Certificate(one));

function issued(wanted: Wanted = {}, more: Partial<FoundCertificate> = {}): HostCertificates {
  const chain = chainOf(ca.issue({ dns: [DOMAIN], ...wanted }).certificate);
  return { domain: DOMAIN, missing: [], found: { path: '/c', chain, key: { path: '/k', mode: 0o100640 }, ...more } };
}

const good = issued();
const other = chainOf(new TestCa('other').certificate);
const [leaf] = good.found?.chain ?? [];
const weakKey = generateKeyPairSync('rsa', { modulusLength: 1024 });

/** A certificate whose key is another one: the check looks at nothing else of it. */
function withKey(certificate: X509Certificate): X509Certificate {
  return Object.defineProperty(certificate, 'publicKey', { value: weakKey.publicKey });
}

const CASES: readonly (readonly [string, HostCertificates])[] = [
  ['certificate-ok', good],
  ['certificate-none', { domain: DOMAIN, missing: [], found: undefined }],
  ['certificate-unusable', { domain: DOMAIN, missing: [], found: undefined, problem: 'no key' }],
  ['certificate-file-missing', { ...good, missing: ['/gone.crt'] }],
  ['certificate-expired', issued({ from: -10, to: -1 })],
  ['certificate-expires', issued({ to: 29 })],
  ['certificate-early', issued({ from: 1 })],
  ['certificate-name', issued({ dns: ['example.net'] })],
  [
    'certificate-chain-short',
    { ...good, found: { path: '/c', chain: leaf === undefined ? [] : [leaf], key: undefined } },
  ],
  [
    'certificate-chain-order',
    { ...good, found: { path: '/c', chain: leaf === undefined ? [] : [leaf, ...other], key: undefined } },
  ],
  ['certificate-key-open', issued({}, { key: { path: '/k', mode: 0o100644 } })],
  ['certificate-key-weak', issued({}, { chain: chainOf(ca.issue({ dns: [DOMAIN] }).certificate).map(withKey) })],
];

test.each(CASES)('%s', (id, certificates) => {
  const ids = certificateFindings(certificates, NOW).map((one) => one.id);
  expect(ids).toContain(id);
  expect(ids.filter((one) => one !== id)).toEqual([]);
});

test('a certificate made here is self-signed, and that is all that is said', async () => {
  const { certificate } = await makeSelfSigned(DOMAIN, NOW);
  const found = { path: '/c', chain: chainOf(certificate), key: undefined };
  expect(certificateFindings({ domain: DOMAIN, missing: [], found }, NOW).map(({ id }) => id)).toEqual([
    'certificate-self-signed',
  ]);
});

test('every finding is shown by a test', () => {
  const shown = [...CASES.map(([id]) => id), 'certificate-self-signed', 'certificate-component'];
  expect(shown.toSorted()).toEqual(Object.keys(certsCheck.catalogue).toSorted());
});

describe('files', () => {
  const certs = join(folder, 'certs');
  mkdirSync(certs);
  const put = (name: string, { certificate, key }: { certificate: string; key: string }, mode = 0o600): void => {
    writeFileSync(join(certs, `${name}.crt`), certificate);
    writeFileSync(join(certs, `${name}.key`), key);
    chmodSync(join(certs, `${name}.key`), mode);
  };
  const MODULES = 'modules_enabled: [tls, saslauth]\n';
  const ids = async (text: string): Promise<string[]> =>
    (await certsCheck.run(await subjectOf(folder, MODULES + text))).map(({ id }) => id);

  test('the one in the folder of certificates', async () => {
    put('good.org', ca.issue({ dns: ['good.org', '*.good.org'] }));
    put('open.org', ca.issue({ dns: ['open.org'] }), 0o644);
    expect(await ids('hosts: {good.org: }\ncomponents: {rooms.good.org: {module: admin_adhoc}}')).toEqual([
      'certificate-ok',
    ]);
    expect(await ids('hosts: {good.org: }\ncomponents: {a.rooms.good.org: {module: admin_adhoc}}')).toEqual([
      'certificate-ok',
      'certificate-component',
    ]);
    expect(await ids('hosts: {open.org: }')).toEqual(['certificate-key-open']);
    expect(await ids('hosts: {none.org: }')).toEqual(['certificate-none']);
  });

  test('one that the configuration names', async () => {
    const named = 'hosts: {named.org: {ssl: {certificate: certs/x.crt, key: certs/x.key}}}';
    expect(await ids(named)).toEqual(['certificate-file-missing', 'certificate-file-missing', 'certificate-none']);
    const pair = ca.issue({ dns: ['named.org'] });
    put('x', pair);
    expect(await ids(named)).toEqual(['certificate-ok']);
    put('x', { ...pair, key: ca.issue({}).key });
    expect(await ids(named)).toEqual(['certificate-unusable']);
    expect((await certsCheck.run(await subjectOf(folder, MODULES + named)))[0]?.what).toMatch(/key .*does not belong/);
  });

  test('one that has expired is not used, and is told', async () => {
    put('old.org', ca.issue({ dns: ['old.org'], from: -9, to: -1 }));
    const found = await certsCheck.run(await subjectOf(folder, `${MODULES}hosts: {old.org: }`));
    expect(found).toEqual([expect.objectContaining({ id: 'certificate-expired', where: join(certs, 'old.org.crt') })]);
  });

  test('another one for direct TLS', async () => {
    put('direct', ca.issue({ dns: ['other.org'] }));
    const found = await certsCheck.run(
      await subjectOf(folder, `${MODULES}hosts: {good.org: {c2s_direct_tls_certificate: certs/direct.crt}}`),
    );
    expect(found).toEqual([
      expect.objectContaining({ id: 'certificate-ok' }),
      expect.objectContaining({ id: 'certificate-name', what: expect.stringMatching(/^good\.org \(direct TLS\): /) }),
    ]);
  });

  test('where the key lies beside it, its permissions are seen', async () => {
    const { settings } = await subjectOf(folder, `${MODULES}hosts: {open.org: }`);
    const [host] = settings.hosts;
    const [read] = host === undefined ? [] : await readCertificates(host, NOW);
    expect(read?.found?.key).toEqual({ path: join(certs, 'open.org.key'), mode: 0o100644 });
  });
});
