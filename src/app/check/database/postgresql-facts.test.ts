import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { freePort } from '../../../../test/support/ports.ts';
import { TestPostgres } from '../../../../test/support/postgres.ts';
import { openStorage } from '../../storage.ts';
import { measurePostgresql } from '../machine/measure-postgresql.ts';
import { databaseFindings } from './database.ts';
import { postgresqlFacts } from './postgresql-facts.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const directory = mkdtempSync(join(tmpdir(), 'couplet-facts-'));
let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await TestPostgres.start();
});
afterAll(async () => {
  await postgres.remove();
  rmSync(directory, { recursive: true });
});

test('a database before the first start, in use, and after', async () => {
  const config = { kind: 'postgresql', url: postgres.url(), directory } as const;
  const before = await postgresqlFacts(config);
  expect(before).toMatchObject({ empty: true, encoding: 'UTF8' });
  const storage = await openStorage(config, { failed: () => undefined, noticed: () => undefined });
  try {
    const facts = await postgresqlFacts(config);
    expect(facts.version).toMatch(/^PostgreSQL \d/);
    expect(facts.schema).toBe(facts.known);
    expect(facts.holder).toContain(`couplet ${process.pid} on `);
    expect(facts.connections?.most).toBe(40);
    expect(facts.bytes).toBeGreaterThan(1e6);
    expect(facts.walBytes).toBeGreaterThan(1e6);
    expect(facts.unsafe).toEqual(['fsync = off']); // as it is with tests
    expect(databaseFindings({ ...facts, disk: { free: 5e12, total: 9e12 } }, true).map(({ id }) => id)).toEqual([
      'database-ok',
      'database-unsafe',
      'database-held',
    ]);
    expect((await measurePostgresql(config)).median).toBeGreaterThan(0);
  } finally {
    await storage.close();
  }
  expect((await postgresqlFacts(config)).holder).toBeUndefined();
});

test('a database that is not there, and one whose name is wrong', async () => {
  const url = `postgresql://nobody@127.0.0.1:${await freePort()}/none`;
  expect((await postgresqlFacts({ kind: 'postgresql', url, directory })).problem).toContain('ECONNREFUSED');
  const wrong = postgres.url().replace(/\/postgres$/, '/nothing');
  expect((await postgresqlFacts({ kind: 'postgresql', url: wrong, directory })).problem).toContain(
    '"nothing" does not exist',
  );
});
