/** `CLIENTS` is how many are logged in and idle, 2000 unless told otherwise. */
import { expect, test } from 'vitest';
import { CLEAN } from './checker.ts';
import { drain } from './drain-run.ts';
import { runSeed } from './random.ts';

const clients = Number(process.env['CLIENTS'] ?? 2000);

test(`R3: SIGTERM with ${clients} idle clients and a load`, async () => {
  const { verdict, ...report } = await drain(clients, runSeed());
  process.stdout.write(`R3: ${JSON.stringify({ ...report, acknowledged: verdict.acknowledged })}\n`);
  expect(report.endings).toEqual({ 'system-shutdown': clients + 16 });
  expect(report.code).toBe(0);
  expect(report.time).toBeLessThan(15_000);
  expect(report.accepting).toBe(false);
  expect(verdict).toMatchObject({ ...CLEAN, refused: 0 });
});
