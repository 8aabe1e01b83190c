import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'src/**/*.test.ts',
      'test/**/*.test.ts',
      'scripts/**/*.test.ts',
      'examples/**/*.test.ts',
      'bench/**/*.test.ts',
    ],
    exclude: ['**/*.long.test.ts', 'node_modules/**', 'dist/**'],
    pool: 'forks',
    env: { COUPLET_RUN_AS_ROOT: '1' }, // containers in which tests run have no other user
    testTimeout: 20_000,
    hookTimeout: 30_000,
    reporters: ['default', './test/support/closing-reporter.ts'],
  },
});
