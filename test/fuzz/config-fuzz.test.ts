import { expect, test } from 'vitest';
import { fuzzConfig } from './config-fuzz.ts';

test('S125: a broken configuration in Lua is read, or refused with file and line', async () => {
  const { read, refused, problems } = await fuzzConfig('lua', 0, 150);
  expect(problems).toEqual([]);
  expect([read > 0, refused > 0]).toEqual([true, true]);
});

test('S125: one in YAML likewise', async () => {
  const { read, refused, problems } = await fuzzConfig('yaml', 0, 500);
  expect(problems).toEqual([]);
  expect([read > 0, refused > 0]).toEqual([true, true]);
});
