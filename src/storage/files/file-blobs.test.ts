import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { blobConformance } from '../conformance/blobs.ts';
import { openFixture } from '../conformance/fixture.ts';
import { MemoryDriver } from '../memory/memory-driver.ts';
import { FileBlobs } from './file-blobs.ts';

const root = mkdtempSync(join(tmpdir(), 'couplet-blobs-'));
afterAll(() => rmSync(root, { recursive: true }));

let media = 0;
const open = async (): Promise<{ driver: MemoryDriver; blobs: FileBlobs }> => ({
  driver: new MemoryDriver(),
  blobs: new FileBlobs(join(root, `${++media}`)),
});

blobConformance(open);

test('what fails leaves no file behind, and names never reach the file system', async () => {
  const { storage } = await openFixture(open);
  const store = storage.blob('host.test', 'uploads');
  const chunks = async function* (): AsyncIterable<Uint8Array> {
    yield Buffer.from('ab');
  };
  await expect(store.put('../../a', '/etc/passwd', chunks(), 1)).rejects.toMatchObject({
    condition: 'value-too-large',
  });
  await store.put('../../a', '/etc/passwd', chunks(), 2);
  const names = readdirSync(join(root, `${media}`), { recursive: true }).map(String);
  expect(names.every((name) => /^(?:[0-9a-f]{64})(?:\/(?:[0-9a-f]{64}))*(?:\/owner)?$/.test(name))).toBe(true);
  expect(names.length).toBe(4); // the store, the owner, the owner's name, the blob
});
