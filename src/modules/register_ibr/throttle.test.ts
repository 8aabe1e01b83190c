import { expect, test } from 'vitest';
import { Throttle } from './throttle.ts';

test('S87: an address and its /64 get so many attempts in a period, loopback any number', () => {
  let now = 0;
  const throttle = new Throttle(2, 1000, () => now);
  const take = (address: string, times: number): boolean[] =>
    Array.from({ length: times }, () => throttle.take(address));
  expect(take('192.0.2.1', 3)).toEqual([true, true, false]);
  expect(take('192.0.2.2', 1)).toEqual([true]);
  expect(take('2001:db8:1:2::1', 2)).toEqual([true, true]);
  expect(take('2001:db8:1:2:ffff::1', 1)).toEqual([false]);
  expect(take('2001:db8:1:3::1', 1)).toEqual([true]);
  expect(take('127.0.0.1', 9)).not.toContain(false);
  now = 999;
  expect(take('192.0.2.1', 1)).toEqual([false]);
  now = 1000;
  expect(take('192.0.2.1', 3)).toEqual([true, true, false]);
});

test('S87: an attacker with very many networks fills no memory and gains nothing', () => {
  const throttle = new Throttle(1, 1000, () => 0);
  let passed = 0;
  for (let i = 0; i < 20_000; i++) if (throttle.take(`2001:db8:${i.toString(16)}::1`)) passed++;
  expect(passed).toBe(10_000);
});
