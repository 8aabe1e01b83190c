/** As many broken configurations as there is time for: `FUZZ` files in Lua, ten times as many in YAML. */
import { expect, test } from 'vitest';
import { fuzzConfig } from './config-fuzz.ts';

/** Those below belong to the short test. */
const FIRST = 1000;

const count = Number(process.env['FUZZ'] ?? 1000);

test.each([
  ['lua', count],
  ['yaml', 10 * count],
] as const)(
  'S125: %s: %d broken configurations are read, or refused with file and line',
  async (language, many) => {
    const { problems, ...counts } = await fuzzConfig(language, FIRST, FIRST + many);
    process.stdout.write(`${language}: ${JSON.stringify(counts)}\n`);
    expect(problems).toEqual([]);
  },
  10_800_000,
);
