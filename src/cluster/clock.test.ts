import { expect, it } from 'vitest';
import { systemClock } from './clock.ts';
import { VirtualClock } from './simulation/virtual-clock.ts';

it('runs timers in order when they are due, also those set meanwhile', () => {
  const clock = new VirtualClock();
  const ran: string[] = [];
  const note = (what: string) => () => ran.push(`${what}@${clock.now()}`);
  clock.after(20, note('b'));
  clock.after(10, () => clock.after(5, note('nested')));
  clock.after(20, note('c'));
  const cancel = clock.after(12, note('cancelled'));
  clock.after(31, note('later'));
  cancel();
  clock.advance(30);
  expect(ran).toEqual(['nested@15', 'b@20', 'c@20']);
  expect([clock.now(), clock.pending]).toEqual([30, 1]);
  cancel();
  expect(clock.pending).toBe(1);
});

it('has the machine’s time where it is real', async () => {
  const begin = systemClock.now();
  const cancel = systemClock.after(1, () => expect.unreachable());
  cancel();
  const keepAlive = setTimeout(() => {}, 5_000);
  await new Promise<void>((resolve) => systemClock.after(5, resolve));
  clearTimeout(keepAlive);
  expect(systemClock.now() - begin).toBeGreaterThanOrEqual(4);
});
