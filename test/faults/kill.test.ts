import { expect, test } from 'vitest';
import { CLEAN } from './checker.ts';
import { faultRun, summary, type FaultRunOptions } from './fault-run.ts';
import { runSeed } from './random.ts';

test('R1: kill -9 of a server under load, three times: nothing acknowledged is lost, nothing doubled or out of order', async () => {
  const options: FaultRunOptions = { driver: 'sqlite', kinds: ['kill'], times: 3, seed: runSeed(), longest: 400 };
  const report = await faultRun(options);
  expect(report, summary(options, report)).toMatchObject({ ...CLEAN, refused: 0, problems: [] });
  expect(report.acknowledged).toBeGreaterThan(50);
}, 60_000);
