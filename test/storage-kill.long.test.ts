import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { killSeries } from './support/kill-series.ts';
import { TestPostgres } from './support/postgres.ts';

const directory = mkdtempSync(join(tmpdir(), 'couplet-kill-'));
afterAll(() => rmSync(directory, { recursive: true }));

test('R1: 20 times kill -9 on SQLite', async () => {
  const report = await killSeries({ kind: 'sqlite', directory: join(directory, 'data') }, 20, 1000);
  process.stdout.write(`SQLite: ${report.acknowledged} units told, ${report.lost.length} lost\n`);
  expect(report).toEqual({ acknowledged: expect.any(Number), lost: [], problems: [] });
  expect(report.acknowledged).toBeGreaterThanOrEqual(20 * 50);
});

test('R1: 20 times kill -9 on PostgreSQL', async () => {
  const server = await TestPostgres.start();
  const report = await killSeries({ kind: 'postgresql', url: server.url(), schema: 'kill', directory }, 20, 1000);
  await server.remove();
  process.stdout.write(`PostgreSQL: ${report.acknowledged} units told, ${report.lost.length} lost\n`);
  expect(report).toEqual({ acknowledged: expect.any(Number), lost: [], problems: [] });
  expect(report.acknowledged).toBeGreaterThanOrEqual(20 * 50);
});
