import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { needs } from '../../../test/support/needs.ts';
import { certificateRequest } from './certificate-request.ts';
import { makeKey, makeSelfSigned } from './self-signed.ts';
import { PEM_MODE, storePem } from './store-pem.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'couplet-request-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const ed25519 = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

describe.skipIf(!needs('openssl'))('by OpenSSL', () => {
  test.each([
    ['P-256', () => makeKey(), 'ecdsa-with-SHA256'],
    ['RSA', () => makeKey(2048), 'sha256WithRSAEncryption'],
    ['Ed25519', () => Promise.resolve(ed25519), 'ED25519'],
  ])(
    'a request and a certificate of a key of type %s are sound and name all domains',
    async (_type, key, algorithm) => {
      const pem = await key();
      const read = (command: string, text: string): string => {
        const path = join(folder, 'x.pem');
        writeFileSync(path, text);
        return execFileSync(
          'openssl',
          [command, '-in', path, '-noout', '-text', ...(command === 'req' ? ['-verify'] : [])],
          {
            encoding: 'utf8',
          },
        );
      };
      const request = read('req', certificateRequest(['a.test', 'muc.a.test'], pem));
      const certificate = read(
        'x509',
        (await makeSelfSigned('a.test', Date.now(), { others: ['muc.a.test'], key: pem })).certificate,
      );
      for (const text of [request, certificate]) {
        expect(text).toMatch(/Subject: CN ?= ?a\.test/);
        expect(text).toContain('DNS:a.test');
        expect(text).toContain('DNS:muc.a.test');
        expect(text).toContain(algorithm);
        expect(text).toContain('TLS Web Server Authentication');
      }
      execFileSync('openssl', ['verify', '-CAfile', join(folder, 'x.pem'), join(folder, 'x.pem')]);
    },
  );
});

test('what is stored replaces what was there, and nobody else can read it', async () => {
  const path = join(folder, 'certs', 'a.key');
  await storePem([{ path, text: 'one', mode: PEM_MODE.key }]);
  await storePem([{ path, text: 'two', mode: PEM_MODE.key }]);
  expect(readFileSync(path, 'utf8')).toBe('two');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'certs')).mode & 0o777).toBe(0o700);
  await storePem([{ path, text: 'three', mode: PEM_MODE.certificate }]);
  expect(statSync(path).mode & 0o777).toBe(0o640);
});

test('of several files none is replaced where one cannot be written', async () => {
  const path = join(folder, 'certs', 'b.key');
  await storePem([{ path, text: 'one', mode: PEM_MODE.key }]);
  const pair = [
    { path, text: 'two', mode: PEM_MODE.key },
    { path: join(path, 'below-a-file'), text: 'two', mode: PEM_MODE.certificate },
  ];
  await expect(storePem(pair)).rejects.toThrow('EEXIST');
  expect(readFileSync(path, 'utf8')).toBe('one');
});
