import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { subjectOf } from '../../../../test/support/check-subject.ts';
import { TestCa } from '../../../../test/support/test-ca.ts';
import { INSECURE } from '../config/insecure.ts';
import type { Finding } from '../finding.ts';
import { fileFindings, passwordFindings, securityCheck, type SecurityFacts } from './security.ts';

const folder = mkdtempSync(join(tmpdir(), 'couplet-security-'));
mkdirSync(join(folder, 'data'), { mode: 0o700 });
afterAll(() => rmSync(folder, { recursive: true }));

const idsOf = (findings: readonly Finding[]): string[] => findings.map(({ id }) => id);
const at = (path: string, mode: number, owner = 1000) => ({ path, mode, owner });

const GOOD: SecurityFacts = {
  config: at('/etc/c/c.yaml', 0o640),
  configFolder: at('/etc/c', 0o755),
  configSecret: true,
  data: at('/var/c', 0o700),
  socket: at('/run/c.sock', 0o600),
};

const FILES: readonly (readonly [id: string, change: Partial<SecurityFacts>])[] = [
  ['config-readable', { config: at('/etc/c/c.yaml', 0o644) }],
  ['config-writable', { config: at('/etc/c/c.yaml', 0o662) }],
  ['config-writable', { configFolder: at('/etc/c', 0o777) }],
  ['data-open', { data: at('/var/c', 0o701) }],
  ['socket-open', { socket: at('/run/c.sock', 0o666) }],
  ['running-as-root', { socket: at('/run/c.sock', 0o600, 0) }],
];

test.each(FILES)('%s %j', (id, change) => {
  expect(idsOf(fileFindings({ ...GOOD, ...change }, true))).toEqual([id]);
});

test('permissions that are as they should be', () => {
  const good: Partial<SecurityFacts>[] = [
    {},
    { config: at('/etc/c/c.yaml', 0o644), configSecret: false },
    { configFolder: at('/tmp', 0o1777) },
    { socket: at('/var/c/c.sock', 0o666) },
  ];
  for (const change of good) expect(fileFindings({ ...GOOD, ...change }, true)).toEqual([]);
  expect(fileFindings({ ...GOOD, socket: at('/run/c.sock', 0o600, 0) }, false)).toEqual([]);
});

const subject = (text: string, environment = {}) => subjectOf(folder, text, { environment });
const HOST = 'data_path: data\nmodules_enabled: [saslauth, tls]\nhosts: {a.im: }';

test('passwords that everybody knows', async () => {
  const found = passwordFindings(
    await subject(`sql: {driver: PostgreSQL, password: changeme}\n${HOST}`, {
      PROSODY_ADMIN_PASSWORD: 'Admin',
      PROSODY_MY_SECRET: 'xk2J-long',
      PROSODY_DOMAIN: 'password',
      OTHER_PASSWORD: 'admin',
    }),
  );
  expect(idsOf(found)).toEqual(['password-known', 'secret-in-environment', 'password-known']);
  expect(found[2]?.where).toMatch(/couplet\.yaml:1$/);
  expect(JSON.stringify(found)).not.toContain('xk2J');
});

test.each([
  ['registration-unbounded', 'allow_registration: true\nregistration_throttle_max: 1000', 'register_ibr'],
  ['failures-many', 'limit_auth_max: 1000', ''],
  ['audit-off', 'modules_disabled: [admin_operations]', ''],
  ['insecure-c2s-encryption', 'c2s_require_encryption: false', ''],
])('%s', async (id, options, module) => {
  const text = `${options}\n${HOST.replace('tls', module === '' ? 'tls' : `tls, ${module}`)}`;
  expect(idsOf(await securityCheck.run(await subject(text)))).toEqual([id]);
});

test('all is as it should be; files are looked at', async () => {
  expect(idsOf(await securityCheck.run(await subject(HOST)))).toEqual(['security-fine']);
  chmodSync(join(folder, 'data'), 0o755);
  expect(idsOf(await securityCheck.run(await subject(HOST)))).toEqual(['data-open']);
});

test('a key that others can read', async () => {
  const { certificate, key } = new TestCa('ca').issue({ dns: ['a.im'] });
  chmodSync(join(folder, 'data'), 0o700);
  mkdirSync(join(folder, 'certs'));
  writeFileSync(join(folder, 'certs', 'a.im.crt'), certificate);
  writeFileSync(join(folder, 'certs', 'a.im.key'), key);
  chmodSync(join(folder, 'certs', 'a.im.key'), 0o644);
  expect(idsOf(await securityCheck.run(await subject(HOST)))).toEqual(['certificate-key-open']);
});

test('every finding is shown by a test', () => {
  const shown = new Set([
    ...Object.keys(INSECURE), // by the tests of check config
    ...FILES.map(([id]) => id),
    'certificate-key-open',
    'password-known',
    'secret-in-environment',
    'registration-unbounded',
    'failures-many',
    'audit-off',
    'security-fine',
  ]);
  expect([...shown].toSorted()).toEqual(Object.keys(securityCheck.catalogue).toSorted());
});
