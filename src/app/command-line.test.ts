import { expect, test } from 'vitest';
import { ConfigError } from '../config/config-error.ts';
import { readCommandLine } from './command-line.ts';

test('without arguments: port 5222 of loopback, a random account', () => {
  expect(readCommandLine([])).toEqual({
    show: undefined,
    users: [],
    port: 5222,
    address: '127.0.0.1',
    logLevel: 'info',
  });
});

test('accounts may be several, and a password may hold colons', () => {
  const { users } = readCommandLine(['--user', 'alice:a:b', '--user', 'bob:c']);
  expect(users).toEqual([
    { name: 'alice', password: 'a:b' },
    { name: 'bob', password: 'c' },
  ]);
});

test.each([
  [['--user', 'alice'], '--user takes NAME:PASSWORD'],
  [['--user', ':x'], '--user takes NAME:PASSWORD'],
  [['--user', 'alice:'], '--user takes NAME:PASSWORD'],
  [['--port', '65536'], '--port: "65536" is not a port'],
  [['--port', '-1'], 'port'],
  [['--port', 'x'], '--port: "x" is not a port'],
  [['--log-level', 'loud'], '--log-level: "loud" is none of debug, info, warn, error, silent'],
  [['--wrong'], "Unknown option '--wrong'"],
  [['stray'], 'stray'],
])('%j is refused with a sentence that says why', (args, message) => {
  expect(() => readCommandLine(args)).toThrow(ConfigError);
  expect(() => readCommandLine(args)).toThrow(message);
});
