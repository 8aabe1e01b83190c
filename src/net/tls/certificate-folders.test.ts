import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TlsContexts } from './tls-contexts.ts';
import { makeSelfSigned } from './self-signed.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'couplet-folders-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function store(domain: string): Promise<void> {
  const { certificate, key } = await makeSelfSigned(domain, Date.now());
  writeFileSync(join(folder, `${domain}.crt`), certificate);
  writeFileSync(join(folder, `${domain}.key`), key);
}

test('a folder is read once for many hosts, and anew after that', async () => {
  const options = { profile: 'intermediate', directory: folder } as const;
  const contexts = new TlsContexts();
  const path = async (domain: string): Promise<string | undefined> => (await contexts.serve(domain, options)).path;
  await store('a.test');
  await contexts.readingOnce(async () => {
    expect(await path('a.test')).toBe(join(folder, 'a.test.crt'));
    await store('b.test');
    // What is called after the host is found all the same; what only names it is not.
    writeFileSync(join(folder, 'c.crt'), (await makeSelfSigned('c.test', Date.now())).certificate);
    expect(await path('b.test')).toBe(join(folder, 'b.test.crt'));
    expect(await path('c.test')).toBeUndefined();
  });
  const { certificate, key } = await makeSelfSigned('c.test', Date.now());
  writeFileSync(join(folder, 'c.crt'), certificate);
  writeFileSync(join(folder, 'c.key'), key);
  expect(await path('c.test')).toBe(join(folder, 'c.crt'));
});

test('one that is made meanwhile is found by who needs it next', async () => {
  const contexts = new TlsContexts(folder);
  await contexts.readingOnce(async () => {
    const first = await contexts.serve('a.test', { profile: 'intermediate', directory: folder });
    const second = await contexts.serve('a.test', {
      profile: 'intermediate',
      directory: folder,
      service: 'c2s_direct_tls',
    });
    expect(second.expires).toBe(first.expires);
    expect(contexts.credentials('a.test', 'c2s_direct_tls')?.endPoint).toEqual(
      contexts.credentials('a.test')?.endPoint,
    );
  });
});
