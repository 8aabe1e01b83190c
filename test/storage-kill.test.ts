import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { killSeries } from './support/kill-series.ts';
import { TestPostgres } from './support/postgres.ts';

const directory = mkdtempSync(join(tmpdir(), 'couplet-kill-'));
afterAll(() => rmSync(directory, { recursive: true }));

test('R1: kill -9 loses no unit whose commit was told, and leaves none in part or twice (SQLite)', async () => {
  const report = await killSeries({ kind: 'sqlite', directory: join(directory, 'data') }, 1, 300);
  expect(report).toEqual({ acknowledged: expect.any(Number), lost: [], problems: [] });
  expect(report.acknowledged).toBeGreaterThanOrEqual(50);
});

test('R1: the same on PostgreSQL', async () => {
  const server = await TestPostgres.start();
  const report = await killSeries({ kind: 'postgresql', url: server.url(), schema: 'kill', directory }, 1, 300);
  await server.remove();
  expect(report).toEqual({ acknowledged: expect.any(Number), lost: [], problems: [] });
  expect(report.acknowledged).toBeGreaterThanOrEqual(50);
});
