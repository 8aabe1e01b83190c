/** Periods and sizes. */
import { expect, test } from 'vitest';
import { bytes, parseBytes } from './bytes.ts';
import { duration, parseDuration } from './duration.ts';

test.each([
  ['30', 30],
  ['30 s', 30],
  ['30sec', 30],
  ['1 second', 1],
  ['5 minutes', 300],
  ['5min', 300],
  ['5 mins', 300],
  ['1.5 hours', 5400],
  ['12h', 43_200],
  ['2 Days', 172_800],
  ['1 week', 604_800],
  ['1 month', 2_592_000],
  ['1y', 31_536_000],
])('%s is %d seconds', (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});

test.each(['', '5 m', 'five minutes', '-5 s', '5 parsecs', '1 h 30 min', '5 mo'])('%j is no period', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test.each([
  ['1024', 1024],
  ['10 b', 10],
  ['10kb', 10_000],
  ['10 MB', 10_000_000],
  ['256 KiB', 262_144],
  ['1.5MB', 1_500_000],
  ['2 GiB', 2_147_483_648],
  ['1 T', 1_000_000_000_000],
])('%s is %d bytes', (text, size) => {
  expect(parseBytes(text)).toBe(size);
});

test.each(['', 'MB', '-1', '10 MBit', '1 EB', '10 i'])('%j is no size', (text) => {
  expect(parseBytes(text)).toBeUndefined();
});

test('an option takes both spellings, within its bounds, and says what it expects', () => {
  const period = duration(600).default(60);
  expect(period.parse(undefined)).toBe(60);
  expect(period.parse(30)).toBe(30);
  expect(period.parse('5 minutes')).toBe(300);
  expect(period.safeParse('11 min').error?.issues.map(({ message }) => message)).toEqual([
    'Too big: expected number to be <=600',
  ]);
  expect(period.safeParse('soon').error?.issues.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^expected seconds, or a number with a unit/),
  ]);
  expect(period.safeParse([1]).success).toBe(false);

  const size = bytes(1000);
  expect(size.parse('1 MB')).toBe(1_000_000);
  expect(size.parse(5000)).toBe(5000);
  expect(size.safeParse('999 b').success).toBe(false);
  expect(size.safeParse('much').error?.issues.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^expected bytes, or a number with a unit/),
  ]);
});
