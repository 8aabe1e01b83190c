import { expect, test } from 'vitest';
import { Gate } from './gate.ts';

test('so many run at once, the next ones in order, whatever becomes of the ones before', async () => {
  const gate = new Gate(2);
  const ends: (() => void)[] = [];
  const started: number[] = [];
  const jobs = [0, 1, 2, 3, 4].map((number) =>
    gate.run(async () => {
      started.push(number);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (number === 1) throw new Error('one');
      return number;
    }),
  );
  const results = Promise.allSettled(jobs);
  for (const [running, waiting] of [
    [[0, 1], 3],
    [[0, 1, 2], 2],
    [[0, 1, 2, 3], 1],
    [[0, 1, 2, 3, 4], 0],
  ] as const) {
    await new Promise(setImmediate);
    expect(started).toEqual(running);
    expect(gate.waiting).toBe(waiting);
    ends.splice(running.length === 2 ? 1 : 0, 1)[0]?.();
  }
  ends[0]?.();
  expect((await results).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
  expect(await gate.run(() => Promise.resolve('free again'))).toBe('free again');
});
