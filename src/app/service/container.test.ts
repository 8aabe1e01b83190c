/** A start in a container: the database comes late, accounts are made once. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TestPostgres } from '../../../test/support/postgres.ts';
import { MemoryLog } from '../../../test/support/world.ts';
import { ConfigError } from '../../config/config-error.ts';
import { Auth } from '../../host/auth.ts';
import type { Server } from '../../host/server.ts';
import { startServer } from '../start.ts';
import { makeContainerAccounts } from './container-accounts.ts';
import { waitForDatabase } from './wait-for-database.ts';

vi.setConfig({ testTimeout: 60_000 });

const MAIN = new URL('../main.ts', import.meta.url).pathname;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'couplet-container-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('accounts', () => {
  const host = { domain: 'a.example', kind: 'host', modules: ['admin_operations', 'auth_internal_hashed'] } as const;
  const hosts = [{ ...host, options: { admins: ['Ann@a.example', 'bob@a.example'] } }];
  let server: Server;

  beforeEach(async () => {
    server = await startServer({ hosts, log: new MemoryLog(), listen: false });
  });

  afterEach(() => server.stop());

  const fits = (user: string, password: string): Promise<boolean> | undefined =>
    server.hosts.get('a.example')?.services.find(Auth)?.checkPassword(user, password);

  test('the first administrator is made, and keeps the password that it has', async () => {
    const log = new MemoryLog();
    await makeContainerAccounts(server, { hosts }, log, { PROSODY_ADMIN_PASSWORD: 'one' });
    expect(await fits('ann', 'one')).toBe(true);
    expect(await server.hosts.get('a.example')?.services.find(Auth)?.exists('bob')).toBe(false);
    await makeContainerAccounts(server, { hosts }, log, { PROSODY_ADMIN_PASSWORD: 'two' });
    expect(await fits('ann', 'one')).toBe(true);
    expect(log.lines.filter(({ message }) => message === 'account made')).toHaveLength(1);
  });

  test('a password may be in a file, and the account be that of LOCAL and DOMAIN', async () => {
    const file = join(folder, 'secret');
    writeFileSync(file, ' top secret\n');
    const environment = { LOCAL: 'carl', DOMAIN: 'a.example', PASSWORD: 'three', PROSODY_ADMIN_PASSWORD_FILE: file };
    await makeContainerAccounts(server, { hosts }, new MemoryLog(), environment);
    expect([await fits('ann', ' top secret'), await fits('carl', 'three')]).toEqual([true, true]);
  });

  test('who is missing and has no password is told', async () => {
    const log = new MemoryLog();
    await makeContainerAccounts(server, { hosts }, log, {});
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { jid: 'Ann@a.example' } }]);
  });

  test.each([
    [{ PROSODY_ADMIN_PASSWORD: 'x', PROSODY_ADMIN_PASSWORD_FILE: '/x' }, 'PROSODY_ADMIN_PASSWORD_FILE are both set'],
    [{ PROSODY_ADMIN_PASSWORD_FILE: '/nonexistent' }, 'PROSODY_ADMIN_PASSWORD_FILE: ENOENT'],
    [{ PROSODY_ADMIN_PASSWORD_FILE: '/dev/null' }, 'PROSODY_ADMIN_PASSWORD_FILE: /dev/null is no file'],
    [{ LOCAL: 'x', DOMAIN: 'b.example', PASSWORD: 'x' }, 'x@b.example (PASSWORD): b.example is not served here'],
    [{ LOCAL: 'a b', DOMAIN: 'a.example', PASSWORD: 'x' }, 'a b@a.example (PASSWORD) is not an account'],
  ])('%j is refused', async (environment, message) => {
    const making = makeContainerAccounts(server, { hosts }, new MemoryLog(), environment);
    await expect(making).rejects.toThrow(ConfigError);
    await expect(making).rejects.toThrow(message);
  });
});

test('a database that does not come is given up, in words without its password', async () => {
  const log = new MemoryLog();
  const url = 'postgresql://couplet:secret@127.0.0.1:1/couplet';
  const waiting = waitForDatabase({ kind: 'postgresql', url, directory: folder }, 1, log);
  await expect(waiting).rejects.toThrow(ConfigError);
  await expect(waiting).rejects.toThrow(/^the database 127\.0\.0\.1:1 did not answer within 1 s: .*ECONNREFUSED/);
  expect(log.lines[0]).toMatchObject({ level: 'warn', message: 'waiting for the database' });
  expect(JSON.stringify(log.lines)).not.toContain('secret');
  await waitForDatabase({ kind: 'postgresql', url, directory: folder }, 0, log); // not at all
  await waitForDatabase({ kind: 'memory' }, 1, log);
});

test('it waits for a database that comes late, makes schema and administrator, and changes nothing when it starts again', async () => {
  const postgres = await TestPostgres.start();
  const running: ChildProcess[] = [];
  const start = (password: string): ChildProcess => {
    const child = spawn(process.execPath, [MAIN, '--container', '--config', join(folder, 'couplet.yaml')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PROSODY_ADMIN_PASSWORD: password },
    });
    running.push(child);
    return child;
  };
  try {
    await postgres.crash();
    writeFileSync(
      join(folder, 'couplet.yaml'),
      `data_path: data
storage: postgresql
sql: {host: 127.0.0.1, port: ${postgres.port}, database: postgres, username: postgres}
admins: [ann@a.example]
c2s_ports: [0]
c2s_interfaces: ["127.0.0.1"]
hosts:
  a.example:
`,
    );
    const first = start('one');
    const said = new Array<string>();
    if (first.stderr === null || first.stdout === null) throw new Error('no output');
    const log = createInterface(first.stderr).on('line', (line) => said.push(line));
    while (!said.some((line) => line.includes('waiting for the database'))) await once(log, 'line');
    await postgres.run();
    for await (const line of createInterface(first.stdout)) {
      expect(line).toContain('serves a.example');
      break;
    }
    first.kill('SIGTERM');
    expect(await once(first, 'close')).toEqual([0, null]);
    expect(said.filter((line) => line.includes('account made'))).toHaveLength(1);
    expect(said.some((line) => line.includes('the database answers'))).toBe(true);
    const certificate = readFileSync(join(folder, 'data/certs/a.example.crt'));
    const second = start('two');
    let all = '';
    second.stderr?.on('data', (chunk) => (all += String(chunk)));
    for await (const line of createInterface(second.stdout ?? process.stdin)) {
      expect(line).toContain('serves a.example');
      break;
    }
    second.kill('SIGTERM');
    await once(second, 'close');
    expect(all).not.toMatch(/account made|waiting for the database/);
    expect(readFileSync(join(folder, 'data/certs/a.example.crt')).equals(certificate)).toBe(true);
  } finally {
    for (const child of running) child.kill('SIGKILL');
    await postgres.remove();
  }
});
