import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { needs } from '../../../test/support/needs.ts';
import { TestCa } from '../../../test/support/test-ca.ts';
import { findCertificate, loadCertificate } from './certificate-files.ts';
import { certificateNames, isFor } from './certificate-names.ts';
import { makeSelfSigned, type PemPair } from './self-signed.ts';
import { TlsContexts } from './tls-contexts.ts';

const NOW = Date.now();
const DAY = 86_400_000;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'couplet-certs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** Store a pair; returns the path of the certificate. */
function putPair(certificate: string, key: string, pair: PemPair): string {
  put(key, pair.key);
  return put(certificate, pair.certificate);
}

const at = async (domain: string, now = NOW): Promise<string | undefined> =>
  (await findCertificate(folder, domain, now))?.path.slice(folder.length + 1);

describe('a certificate made here', () => {
  it('names its host in all forms, lasts, and is no CA', async () => {
    const { certificate } = await makeSelfSigned('müller.example', NOW);
    const leaf = new X509Certificate(certificate);
    expect(certificateNames(leaf)).toEqual({
      dns: ['xn--mller-kva.example'],
      xmppAddr: ['müller.example'],
      srv: ['_xmpp-client.xn--mller-kva.example', '_xmpp-server.xn--mller-kva.example'],
    });
    expect(leaf.ca).toBe(false);
    expect(leaf.verify(leaf.publicKey)).toBe(true);
    expect(leaf.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect((Date.parse(leaf.validTo) - NOW) / DAY).toBeCloseTo(825, 0);
    expect(Date.parse(leaf.validFrom)).toBeLessThan(NOW);
    expect(leaf.checkHost('xn--mller-kva.example')).toBeDefined();
  });

  it('has a serial of its own each time', async () => {
    const serials = await Promise.all(
      [1, 2, 3].map(async () => new X509Certificate((await makeSelfSigned('a.test', NOW)).certificate).serialNumber),
    );
    expect(new Set(serials).size).toBe(3);
  });
});

describe.skipIf(!needs('openssl'))('names', () => {
  /** A certificate with these, made by OpenSSL. */
  function certificate(subject: string, names?: string): X509Certificate {
    const more = names === undefined ? [] : ['-addext', `subjectAltName=${names}`];
    const args = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      '/dev/null',
    ];
    return new X509Certificate(
      execFileSync('openssl', [...args, '-days', '2', '-subj', subject, ...more], {
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    );
  }

  it.each([
    ['DNS name', 'DNS:a.test', ['a.test'], ['b.test', 'x.a.test']],
    ['wildcard', 'DNS:*.a.test', ['x.a.test'], ['a.test', 'x.y.a.test']],
    ['JID', 'otherName:1.3.6.1.5.5.7.8.5;UTF8:a.test', ['a.test'], ['b.test']],
    ['service', 'otherName:1.3.6.1.5.5.7.8.7;IA5STRING:_xmpp-client.a.test', ['a.test'], ['b.test']],
    ['another service', 'otherName:1.3.6.1.5.5.7.8.7;IA5STRING:_imap.a.test', [], ['a.test']],
    ['several', 'DNS:a.test,DNS:b.test', ['a.test', 'b.test'], ['c.test']],
    ['other kinds', 'URI:xmpp:a.test,email:a.test@a.test', [], ['b.test']],
  ])('%s', (_what, names, good, bad) => {
    const found = certificate('/CN=other.test', names);
    for (const domain of good) expect(isFor(found, domain)).toBe(true);
    for (const domain of bad) expect(isFor(found, domain)).toBe(false);
  });

  it('the common name counts only where nothing else does', () => {
    expect(isFor(certificate('/CN=a.test'), 'a.test')).toBe(true);
    expect(isFor(certificate('/CN=a.test', 'DNS:b.test'), 'a.test')).toBe(false);
    expect(isFor(certificate('/OU=CN=a.test/CN=b.test'), 'a.test')).toBe(false); // S26
  });
});

describe('a certificate in a folder', () => {
  it.each([
    ['beside its key', 'a.test.crt', 'a.test.key'],
    ['under any name', 'whatever.crt', 'whatever.key'],
    ['in a folder of its own, as ACME clients store it', 'a.test/fullchain.pem', 'a.test/privkey.pem'],
    ['deeper', 'live/a.test/fullchain1.pem', 'live/a.test/privkey1.pem'],
  ])('is found %s', async (_how, certificate, key) => {
    putPair(certificate, key, await makeSelfSigned('a.test', NOW));
    expect(await at('a.test')).toBe(certificate);
    expect(await at('b.test')).toBeUndefined();
  });

  it('is found behind links', async () => {
    const pair = await makeSelfSigned('a.test', NOW);
    putPair('archive/x/y/z/full', 'archive/x/y/z/priv', pair);
    mkdirSync(join(folder, 'live'));
    symlinkSync(join(folder, 'archive/x/y/z/full'), join(folder, 'live/fullchain.pem'));
    symlinkSync(join(folder, 'archive/x/y/z/priv'), join(folder, 'live/privkey.pem'));
    expect(await at('a.test')).toBe('live/fullchain.pem');
  });

  it('is the one that lasts longest, and none that has expired', async () => {
    putPair('old.crt', 'old.key', await makeSelfSigned('a.test', NOW - 100 * DAY));
    putPair('new.crt', 'new.key', await makeSelfSigned('a.test', NOW));
    putPair('older.crt', 'older.key', await makeSelfSigned('a.test', NOW - 200 * DAY));
    expect(await at('a.test')).toBe('new.crt');
    expect(await at('a.test', NOW + 2000 * DAY)).toBeUndefined();
  });

  it('that has expired is told, where it is for that host', async () => {
    const path = putPair('old.crt', 'old.key', await makeSelfSigned('a.test', NOW - 900 * DAY));
    const expired: string[] = [];
    for (const domain of ['a.test', 'b.test']) {
      expect(await findCertificate(folder, domain, NOW, (file) => expired.push(file))).toBeUndefined();
    }
    expect(expired).toEqual([path]);
  });

  it('is the next best where the best has no key that fits', async () => {
    put('best.crt', (await makeSelfSigned('a.test', NOW)).certificate);
    putPair('good.crt', 'good.key', await makeSelfSigned('a.test', NOW - DAY));
    expect(await at('a.test')).toBe('good.crt');
  });

  it('has its key beside it in the layouts of ACME clients', async () => {
    const layouts = [
      ['live/a.test/fullchain.pem', 'live/a.test/privkey.pem'], // certbot, dehydrated
      ['archive/a.test/fullchain3.pem', 'archive/a.test/privkey3.pem'],
      ['a.test_ecc/fullchain.cer', 'a.test_ecc/a.test.key'], // acme.sh
      ['a.test/fullchain.crt', 'a.test/a.test.key'], // getssl
      ['certificates/a.test.crt', 'certificates/a.test.key'], // lego
    ] as const;
    for (const [certificate, key] of layouts) {
      putPair(certificate, key, await makeSelfSigned('a.test', NOW));
      expect(await at('a.test'), certificate).toBe(certificate);
      rmSync(join(folder, certificate));
      rmSync(join(folder, key));
    }
  });

  it('may be one that names a domain above it, if an authority issued that', async () => {
    putPair('x.crt', 'x.key', await makeSelfSigned('a.test', NOW));
    expect(await at('muc.a.test')).toBeUndefined();
    putPair('y.crt', 'y.key', new TestCa('authority').issue({ dns: ['a.test'] }));
    expect(await at('muc.a.test')).toBe('y.crt');
    expect(await at('b.test')).toBeUndefined();
  });

  it('may be one that is only called after the host, or after a domain above it', async () => {
    const pair = await makeSelfSigned('elsewhere.test', NOW);
    putPair('a.test.pem', 'a.test.key', pair);
    expect(await at('a.test')).toBe('a.test.pem');
    expect(await at('muc.a.test')).toBe('a.test.pem');
    expect(await at('b.test')).toBeUndefined();
    put('b.test.pem', pair.certificate + pair.key);
    await expect(at('b.test')).resolves.toBe('b.test.pem');
  });

  it('does not begin deeper than three levels', async () => {
    putPair('1/2/3/a.test.crt', '1/2/3/a.test.key', await makeSelfSigned('a.test', NOW));
    expect(await at('a.test')).toBeUndefined();
  });

  it('that is broken is said so', async () => {
    const [one, two] = await Promise.all([makeSelfSigned('a.test', NOW), makeSelfSigned('a.test', NOW)]);
    putPair('a.test.crt', 'a.test.key', { certificate: one.certificate, key: two.key });
    await expect(at('a.test')).rejects.toThrow('a.test.key does not belong to the certificate');
    rmSync(join(folder, 'a.test.key'));
    await expect(at('a.test')).rejects.toThrow('a.test.key cannot be read: ENOENT');
    put('a.test.key', 'nonsense');
    await expect(at('a.test')).rejects.toThrow('a.test.key has no key that can be used');
    const certificate = put('x.crt', 'nonsense');
    await expect(loadCertificate({ certificate, key: certificate })).rejects.toThrow(
      'does not start with a certificate',
    );
  });

  it('does not mind files that are none', async () => {
    put('junk.crt', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    put('fullchain.txt', 'hello');
    expect(await at('a.test')).toBeUndefined();
  });
});

describe('the certificate of a host', () => {
  const profile = 'intermediate';

  it('is made at the first start, for nobody else to read, and kept', async () => {
    const own = join(folder, 'data', 'certs');
    const first = await new TlsContexts(own).serve('a.test', { profile });
    expect(first).toMatchObject({ path: join(own, 'a.test.crt'), selfSigned: true });
    expect(readdirSync(own).toSorted()).toEqual(['a.test.crt', 'a.test.key', 'session-tickets']);
    expect(statSync(own).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(own)) expect(statSync(join(own, name)).mode & 0o777).toBe(0o600);
    const again = await new TlsContexts(own).serve('a.test', { profile });
    expect(again.expires).toBe(first.expires);
  });

  it('made here is made anew before it expires, or where it was half stored', async () => {
    const old = await makeSelfSigned('a.test', NOW - 800 * DAY);
    putPair('a.test.crt', 'a.test.key', old);
    const { expires } = await new TlsContexts(folder).serve('a.test', { profile });
    expect((expires - NOW) / DAY).toBeGreaterThan(800);
    put('a.test.key', old.key);
    expect((await new TlsContexts(folder).serve('a.test', { profile })).selfSigned).toBe(true);
  });

  it('of the operator goes before one made here', async () => {
    const operators = join(folder, 'operator');
    putPair('operator/x.crt', 'operator/x.key', await makeSelfSigned('a.test', NOW));
    const own = join(folder, 'own');
    const { path } = await new TlsContexts(own).serve('a.test', { profile, directory: operators });
    expect(path).toBe(join(operators, 'x.crt'));
  });

  it('is replaced for new connections, and stays replaced when the one before is given up', async () => {
    const contexts = new TlsContexts();
    const before = await contexts.serve('a.test', { profile });
    const first = contexts.credentials('a.test');
    const after = await contexts.serve('a.test', { profile });
    before.stop();
    expect(contexts.credentials('a.test')).toBeDefined();
    expect(contexts.credentials('a.test')).not.toBe(first);
    after.stop();
    expect(contexts.credentials('a.test')).toBeUndefined();
    expect(contexts.credentials(undefined)).toBeUndefined();
  });

  it('is not replaced by one made here when it is gone', async () => {
    const operators = join(folder, 'operator');
    putPair('operator/x.crt', 'operator/x.key', await makeSelfSigned('a.test', NOW));
    const contexts = new TlsContexts(join(folder, 'own'));
    await contexts.serve('a.test', { profile, directory: operators });
    const before = contexts.credentials('a.test');
    rmSync(operators, { recursive: true });
    await expect(contexts.serve('a.test', { profile, directory: operators })).rejects.toThrow(
      'there is no certificate',
    );
    expect(contexts.credentials('a.test')).toBe(before);
  });

  it('has another ticket key each day', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const contexts = new TlsContexts();
    await contexts.serve('a.test', { profile });
    const today = contexts.credentials('a.test');
    expect(contexts.credentials('a.test')).toBe(today);
    vi.setSystemTime(Date.now() + DAY);
    const tomorrow = contexts.credentials('a.test');
    expect(tomorrow).not.toBe(today);
    expect(contexts.credentials('a.test')).toBe(tomorrow);
    vi.useRealTimers();
  });
});
