import { expect, test } from 'vitest';
import { expiryNotice } from './expiry.ts';

const DAY = 86_400_000;

test('asked every day it speaks 30, 14 and 7 days before the end, and every day from the last one on', () => {
  const spoken: number[] = [];
  let told: number | undefined;
  for (let day = 40; day >= -2; day--) {
    const notice = expiryNotice(day * DAY - 1, told);
    if (notice === undefined) continue;
    spoken.push(notice.days);
    told = notice.stage;
  }
  expect(spoken).toEqual([29, 13, 6, 0, -1, -2, -3]);
});

test('it speaks at once where nothing was told before', () => {
  expect(expiryNotice(20 * DAY, undefined)).toEqual({ days: 20, stage: 30 });
  expect(expiryNotice(31 * DAY, undefined)).toBeUndefined();
});
