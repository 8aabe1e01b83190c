/** Four resources change roster and block list of their account at once, and nothing is lost. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { StorageConfig } from '../src/app/storage.ts';
import { concurrentChanges } from './support/concurrent-changes.ts';
import { startServer } from './support/server.ts';

const directory = mkdtempSync(join(tmpdir(), 'couplet-changes-'));
afterAll(() => rmSync(directory, { recursive: true }));

const STORAGES: readonly StorageConfig[] = [{ kind: 'memory' }, { kind: 'sqlite', directory }];

test.each(STORAGES)('200 changes, in $kind', async (storage) => {
  const server = await startServer({ hosts: ['localhost'], options: {}, storage });
  try {
    expect(await concurrentChanges(server, 200)).toEqual([]);
  } finally {
    await server.stop();
  }
});
