import { expect, test } from 'vitest';
import { CLEAN } from './checker.ts';
import { drain } from './drain-run.ts';
import { runSeed } from './random.ts';

test('R3: SIGTERM under load: every client is told, the process ends in 15 s, nothing is lost', async () => {
  const seed = runSeed();
  const { code, time, endings, accepting, verdict } = await drain(24, seed);
  expect(endings, `SEED=${seed}`).toEqual({ 'system-shutdown': 24 + 16 });
  expect(code).toBe(0);
  expect(time).toBeLessThan(15_000);
  expect(accepting).toBe(false);
  expect(verdict).toMatchObject({ ...CLEAN, refused: 0 });
}, 90_000);
