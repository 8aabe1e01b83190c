/** The tests of `npm run test:long`: soak, big fuzz, kill series, repeats. */
import { defineConfig } from 'vitest/config';
import standard from './vitest.config.ts';

export default defineConfig({
  test: {
    ...standard.test,
    include: ['**/*.long.test.ts'],
    exclude: ['node_modules/**', 'dist/**'],
    testTimeout: 1_800_000,
    hookTimeout: 120_000,
  },
});
