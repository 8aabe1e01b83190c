import { expect, it } from 'vitest';
import type { Clock } from '../clock.ts';
import { TimerSet } from './timer-set.ts';

it('cancels what is pending, once, and keeps nothing of what ran', () => {
  const ran: number[] = [];
  const cancelled: number[] = [];
  const runs: (() => void)[] = [];
  const clock: Clock = {
    now: () => 0,
    after(ms, run) {
      runs.push(run);
      return () => cancelled.push(ms);
    },
  };
  const timers = new TimerSet(clock);
  timers.after(1, () => ran.push(1));
  const second = timers.after(2, () => ran.push(2));
  timers.after(3, () => ran.push(3));
  runs[0]?.();
  second();
  second();
  timers.clear();
  timers.clear();
  expect(ran).toEqual([1]);
  expect(cancelled).toEqual([2, 3]);
});
