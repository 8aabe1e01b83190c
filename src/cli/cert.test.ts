/** `cert …`, as it is typed. */
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { needs } from '../../test/support/needs.ts';
import { freePort } from '../../test/support/ports.ts';
import { TestCa } from '../../test/support/test-ca.ts';
import { certificateNames } from '../net/tls/certificate-names.ts';
import { makeSelfSigned } from '../net/tls/self-signed.ts';
import { runCommandLine } from './run-command-line.ts';

const DAY = 86_400_000;
vi.setConfig({ testTimeout: 60_000 });

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'couplet-cert-'));
  const hosts = ['a.test', 'muc.a.test', 'b.test'].map((domain) => `  ${domain}:\n`);
  writeFileSync(join(folder, 'couplet.yaml'), `data_path: data\ncertificates: certs\nhosts:\n${hosts.join('')}`);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

async function cert(
  words: string,
  interactive = false,
  answer = '',
): Promise<{ status: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const status = await runCommandLine(['--config', join(folder, 'couplet.yaml'), 'cert', ...words.split(' ')], {
    program: 'prosodyctl',
    out: (text) => (said.out += text),
    err: (text) => (said.err += text),
    ask: () => Promise.resolve(answer),
    interactive,
  });
  return { status, ...said };
}

const path = (name: string): string => join(folder, 'certs', name);
const mode = (name: string): number => statSync(path(name)).mode & 0o777;
const names = (name: string): readonly string[] => certificateNames(new X509Certificate(readFileSync(path(name)))).dns;

function put(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

test('generate makes a certificate for a host and the domains below it; it is replaced only where that is said', async () => {
  const first = await cert('generate a.test');
  expect(first).toEqual({
    status: 0,
    out: `Key: ${path('a.test.key')}\nCertificate: ${path('a.test.crt')}\nFor: a.test, muc.a.test\n`,
    err: '"prosodyctl reload" has a running server use it\n',
  });
  expect(names('a.test.crt')).toEqual(['a.test', 'muc.a.test']);
  expect([mode('a.test.key'), mode('a.test.crt')]).toEqual([0o600, 0o640]);
  const [key, certificate] = ['key', 'crt'].map((kind) => readFileSync(path(`a.test.${kind}`), 'utf8'));
  expect((await cert('generate a.test')).err).toBe(`prosodyctl: ${path('a.test.crt')} exists; --force replaces it\n`);
  expect((await cert('generate a.test', true, 'n')).status).toBe(1);
  expect(readFileSync(path('a.test.crt'), 'utf8')).toBe(certificate);
  expect((await cert('generate a.test other.test --force --json')).out).toBe(
    `${JSON.stringify({ key: path('a.test.key'), certificate: path('a.test.crt'), names: ['a.test', 'other.test', 'muc.a.test'] })}\n`,
  );
  expect(readFileSync(path('a.test.crt'), 'utf8')).not.toBe(certificate);
  expect(readFileSync(path('a.test.key'), 'utf8')).toBe(key);
  expect((await cert('generate a.test', true, 'y')).status).toBe(0);
});

test('key and request', async () => {
  expect(await cert('key a.test 2048')).toMatchObject({ status: 0, out: `Key: ${path('a.test.key')}\n` });
  expect((await cert('key a.test')).err).toContain('exists; --force replaces it');
  expect((await cert('key b.test 1024')).err).toContain('1024 is no size for a key');
  expect((await cert('request a.test')).status).toBe(0);
  expect(readFileSync(path('a.test.req'), 'utf8')).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----\n/);
  expect((await cert('generate a/b')).err).toBe('prosodyctl: a/b is not a domain\n');
});

describe.skipIf(!needs('openssl'))('with OpenSSL', () => {
  test('the configuration makes the same request', async () => {
    await cert('config a.test');
    await cert('key a.test');
    const file = path('a.test.cnf');
    execFileSync('openssl', [
      'req',
      '-new',
      '-x509',
      '-config',
      file,
      '-key',
      path('a.test.key'),
      '-out',
      path('x.crt'),
    ]);
    const own = certificateNames(new X509Certificate(readFileSync(path('x.crt'))));
    await cert('generate a.test');
    const ours = certificateNames(new X509Certificate(readFileSync(path('a.test.crt'))));
    expect(own.dns).toEqual(ours.dns);
    expect(new Set(own.srv)).toEqual(new Set(ours.srv));
    expect(own.xmppAddr).toEqual(ours.xmppAddr);
  });
});

describe('import', () => {
  test('takes what names the hosts and has not expired, one file for all names', async () => {
    const wide = new TestCa('authority').issue({ dns: ['a.test', 'muc.a.test'] });
    put('live/a.test/fullchain.pem', wide.certificate);
    put('live/a.test/privkey.pem', wide.key);
    const old = await makeSelfSigned('b.test', Date.now() - 900 * DAY);
    put('live/b.test/fullchain.pem', old.certificate);
    put('live/b.test/privkey.pem', old.key);
    const { status, out, err } = await cert(`import ${folder}/live`);
    expect(status).toBe(0);
    const from = `${path('a.test.crt')}, from ${folder}/live/a.test/fullchain.pem`;
    expect(out).toBe(`a.test: ${from}\nmuc.a.test: ${from}\n`);
    expect(err).toBe(`b.test: ${folder}/live/b.test/fullchain.pem has expired\nb.test: no certificate was found\n`);
    expect(readFileSync(path('a.test.key'), 'utf8')).toBe(wide.key);
    expect([mode('a.test.key'), mode('a.test.crt')]).toEqual([0o600, 0o640]);
    expect(existsSync(path('muc.a.test.crt'))).toBe(false);
  });

  test('refuses a key of another certificate, and one called after a host that it does not name', async () => {
    const [one, two] = await Promise.all([makeSelfSigned('a.test', Date.now()), makeSelfSigned('x.test', Date.now())]);
    put('acme/a.test/fullchain.cer', one.certificate);
    put('acme/a.test/a.test.key', two.key);
    put('acme/b.test.crt', two.certificate);
    put('acme/b.test.key', two.key);
    const { status, err } = await cert(`import a.test b.test ${folder}/acme`);
    expect(status).toBe(1);
    expect(err).toContain('a.test.key does not belong to the certificate');
    expect(err).toContain('b.test: no certificate was found\nNo certificate was imported\n');
    expect(existsSync(path('a.test.crt'))).toBe(false);
  });

  test('only what a hook says was renewed', async () => {
    for (const domain of ['a.test', 'b.test']) {
      const pair = await makeSelfSigned(domain, Date.now());
      put(`live/${domain}.crt`, pair.certificate);
      put(`live/${domain}.key`, pair.key);
    }
    vi.stubEnv('RENEWED_DOMAINS', 'b.test elsewhere.test');
    const { out } = await cert(`import ${folder}/live --json`);
    expect(JSON.parse(out)).toMatchObject({ imported: [{ host: 'b.test', certificate: path('b.test.crt') }] });
    expect((await cert(`import a.test ${folder}/live`)).out).toContain('a.test: ');
  });

  test('a server that runs uses what was imported', async () => {
    const port = await freePort();
    const file = join(folder, 'couplet.yaml');
    const ports = `c2s_ports: []\nc2s_direct_tls_ports: [${port}]\nc2s_direct_tls_interfaces: ["127.0.0.1"]\n`;
    writeFileSync(file, ports + readFileSync(file, 'utf8'));
    const shown = async (): Promise<string | undefined> => {
      const socket = connect({ host: '127.0.0.1', port, servername: 'a.test', rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      const { issuer } = socket.getPeerCertificate();
      socket.destroy();
      return String(issuer.CN);
    };
    const ctl = (word: string): Promise<number> =>
      runCommandLine(['--config', file, word], {
        program: 'prosodyctl',
        out: () => undefined,
        err: () => undefined,
        ask: () => Promise.resolve(''),
        interactive: false,
        server: new URL('../app/main.ts', import.meta.url).pathname,
      });
    expect(await ctl('start')).toBe(0);
    try {
      expect(await shown()).toBe('a.test');
      const pair = new TestCa('authority').issue({ dns: ['a.test'] });
      put('live/a.test/fullchain.pem', pair.certificate);
      put('live/a.test/privkey.pem', pair.key);
      expect((await cert(`import a.test ${folder}/live`)).status).toBe(0);
      expect(await shown()).toBe('authority');
    } finally {
      expect(await ctl('stop')).toBe(0);
    }
  });

  test('says what is missing', async () => {
    expect((await cert('import a.test')).err).toBe('prosodyctl: from which folder? cert import [HOST…] DIR…\n');
    expect((await cert('import /nonexistent')).err).toBe('prosodyctl: /nonexistent is no folder\n');
  });
});

test.runIf(process.getuid?.() === 0)('what root makes belongs to the account of the server', async () => {
  mkdirSync(join(folder, 'data'));
  chownSync(join(folder, 'data'), 65_534, 65_533);
  await cert('generate b.test');
  expect(statSync(path('b.test.key'))).toMatchObject({ uid: 65_534, gid: 65_533 });
  expect(statSync(path('.')).uid).toBe(65_534);
});
