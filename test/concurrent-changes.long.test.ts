/** 1000 changes of one account's roster and block list by four resources at once, in every storage. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StorageConfig } from '../src/app/storage.ts';
import { concurrentChanges } from './support/concurrent-changes.ts';
import { TestPostgres } from './support/postgres.ts';
import { startServer } from './support/server.ts';

const directory = mkdtempSync(join(tmpdir(), 'couplet-changes-'));
let postgres: TestPostgres;

beforeAll(async () => (postgres = await TestPostgres.start()));
afterAll(async () => {
  await postgres.remove();
  rmSync(directory, { recursive: true });
});

test.each(['memory', 'sqlite', 'postgresql'])('1000 changes, in %s', async (kind) => {
  const server = await startServer({ hosts: ['localhost'], options: {}, storage: storageOf(kind) });
  try {
    expect(await concurrentChanges(server, 1000)).toEqual([]);
  } finally {
    await server.stop();
  }
});

function storageOf(kind: string): StorageConfig {
  if (kind === 'memory') return { kind };
  if (kind === 'sqlite') return { kind, directory };
  return { kind: 'postgresql', url: postgres.url(), schema: 'changes', directory };
}
