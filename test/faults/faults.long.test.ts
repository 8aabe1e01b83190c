/**
 * The series. `SEED` brings one back; `KILLS` is how often each driver is killed, `FAULTS` how many mixed faults strike;
 * `COUPLET=bin/couplet.js` measures the restart of the server as it is built.
 */
import { describe, expect, test } from 'vitest';
import { CLEAN } from './checker.ts';
import { faultRun, summary, type FaultReport, type FaultRunOptions } from './fault-run.ts';
import { runSeed } from './random.ts';

const kills = Number(process.env['KILLS'] ?? 20);
const faults = Number(process.env['FAULTS'] ?? 20);
const DRIVERS = ['sqlite', 'postgresql'] as const;

async function run(options: FaultRunOptions): Promise<FaultReport> {
  const report = await faultRun(options);
  const line = summary(options, report);
  process.stdout.write(`${line}\n`);
  expect(report, line).toMatchObject({ ...CLEAN, problems: [] });
  return report;
}

describe.each(DRIVERS)('%s', (driver) => {
  test(`R1: ${kills} x kill -9 under load`, async () => {
    const report = await run({ driver, kinds: ['kill'], times: kills, seed: runSeed() });
    expect(report.refused).toBe(0);
    expect(report.acknowledged).toBeGreaterThan(kills * 20);
  });

  test('R1: kill -9 with 10 000 accounts: ready in 5 s', async () => {
    const report = await run({ driver, kinds: ['kill'], times: 5, seed: runSeed(), seeded: 10_000 });
    expect(report.restart).toBeLessThan(5000);
  });

  test('R3, R4: kills, frozen for a while, drained', async () => {
    await run({ driver, kinds: ['kill', 'freeze', 'drain'], times: faults, seed: runSeed() });
  });
});

test('R6, R8: kills, and the database restarts, stalls or cuts its connections', async () => {
  const kinds = ['kill', 'database-restart', 'database-stall', 'database-cut'] as const;
  await run({ driver: 'postgresql', kinds, times: faults, seed: runSeed() });
});
