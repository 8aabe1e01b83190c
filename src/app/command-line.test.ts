import { expect, test } from 'vitest';
import { ConfigError } from '../config/config-error.ts';
import { readCommandLine } from './command-line.ts';

test('without arguments: port 5222 of loopback, data in ./data', () => {
  expect(readCommandLine([])).toEqual({
    show: undefined,
    config: undefined,
    users: [],
    zero: { data: 'data', storage: 'sqlite', port: 5222, tlsPort: 5223, address: '127.0.0.1', logLevel: 'info' },
    logLevel: undefined,
  });
});

test('who chooses a port chooses the one for direct TLS too, or has none', () => {
  expect(readCommandLine(['--port', '1']).zero).toMatchObject({ port: 1, tlsPort: undefined });
  expect(readCommandLine(['--tls-port', '2']).zero).toMatchObject({ port: 5222, tlsPort: 2 });
  expect(readCommandLine(['--port', '1', '--tls-port', '0']).zero).toMatchObject({ port: 1, tlsPort: 0 });
});

test('a configuration, in the foreground as Prosody is told to', () => {
  expect(readCommandLine(['--config', 'x.yaml', '-F', '--log-level', 'warn'])).toMatchObject({
    config: 'x.yaml',
    logLevel: 'warn',
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
  [['--tls-port', '-'], '--tls-port: "-" is not a port'],
  [['--wrong'], "Unknown option '--wrong'"],
  [['stray'], 'stray'],
  [['--storage', 'disk'], '--storage: "disk" is neither sqlite nor memory'],
  [['-D'], 'does not go into the background'],
  [['--config', 'x', '--port', '1'], '--port: with --config, set c2s_ports in that file'],
  [['--config', 'x', '--interface', '*'], '--interface: with --config, set c2s_interfaces'],
  [['--config', 'x', '--data', 'd'], '--data: with --config, set data_path'],
  [['--config', 'x', '--storage', 'memory'], '--storage: with --config, set storage'],
  [['--config', 'x', '--user', 'a:b'], '--user: with --config, use coupletctl adduser'],
])('%j is refused with a sentence that says why', (args, message) => {
  expect(() => readCommandLine(args)).toThrow(ConfigError);
  expect(() => readCommandLine(args)).toThrow(message);
});
