import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ConfigError } from '../config/config-error.ts';
import { readCommandLine } from './command-line.ts';

beforeEach(() => {
  vi.stubEnv('COUPLET_RUN_AS_ROOT', undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

test('without arguments: port 5222 of loopback, data in ./data', () => {
  expect(readCommandLine(['--no-search'])).toEqual({
    show: undefined,
    config: undefined,
    users: [],
    zero: { data: 'data', storage: 'sqlite', port: 5222, tlsPort: 5223, address: '127.0.0.1', logLevel: 'info' },
    logLevel: undefined,
    background: false,
    root: false,
    container: false,
    ignoreExistingData: false,
    databaseWait: 0,
  });
});

test('how it is started may stand in the environment too', () => {
  vi.stubEnv('COUPLET_CONTAINER', '1');
  vi.stubEnv('COUPLET_RUN_AS_ROOT', '1');
  expect(readCommandLine(['-D', '--config', 'x'])).toMatchObject({
    background: true,
    root: true,
    container: true,
    databaseWait: 60,
  });
  vi.stubEnv('COUPLET_CONTAINER', 'false');
  vi.stubEnv('COUPLET_RUN_AS_ROOT', '');
  const own = ['--config', 'x', '--container', '--wait-for-database', '5', '--root'];
  expect(readCommandLine([])).toMatchObject({ root: false, container: false, databaseWait: 0 });
  expect(readCommandLine(own)).toMatchObject({ root: true, container: true, databaseWait: 5 });
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
  [['-D', '-F'], '-D and -F: only one of them'],
  [['--container', '--no-search'], 'nothing says what to serve: set PROSODY_DOMAIN, or mount a configuration at '],
  [['--wait-for-database', 'long'], '--wait-for-database: "long" is no number of seconds'],
  [['--config', 'x', '--port', '1'], '--port: with --config, set c2s_ports in that file'],
  [['--config', 'x', '--interface', '*'], '--interface: with --config, set c2s_interfaces'],
  [['--config', 'x', '--data', 'd'], '--data: with --config, set data_path'],
  [['--config', 'x', '--storage', 'memory'], '--storage: with --config, set storage'],
  [['--config', 'x', '--user', 'a:b'], '--user: with --config, use coupletctl adduser'],
])('%j is refused with a sentence that says why', (args, message) => {
  expect(() => readCommandLine(args)).toThrow(ConfigError);
  expect(() => readCommandLine(args)).toThrow(message);
});
