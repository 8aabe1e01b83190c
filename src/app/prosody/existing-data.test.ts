import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { needs } from '../../../test/support/needs.ts';
import { TestPostgres } from '../../../test/support/postgres.ts';
import { loadSettings } from '../load-settings.ts';
import type { ServerSettings } from '../server-settings.ts';
import { refuseProsodyData } from './existing-data.ts';

const MAIN = new URL('../main.ts', import.meta.url).pathname;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'couplet-existing-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A file in the folder of data. */
function store(path: string, text = 'return {};\n'): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** As Prosody makes it. */
function storeDatabase(path: string, rows: number): void {
  const database = new DatabaseSync(join(folder, path));
  database.exec('create table prosody (host text, user text, store text, key text, type text, value text)');
  database.exec('create table prosodyarchive (sort_id integer primary key, host text, value text)');
  for (let row = 0; row < rows; row++) database.exec("insert into prosodyarchive (host) values ('a.example')");
  database.close();
}

const settings = (more: Partial<ServerSettings> = {}): ServerSettings => ({
  hosts: [],
  storage: { kind: 'sqlite', directory: folder },
  dataPath: folder,
  adminSocket: '',
  log: [],
  warnings: [],
  ...more,
});

const WAYS = 'by --ignore-existing-data or "ignore_existing_data = true"';

test.each([
  'example%2ecom/accounts/al%2eice.dat',
  'example%2ecom/offline/bob.list',
  'example%2ecom/pep_urn%3axmpp%3aavatar%3adata/bob.list',
  'localhost/invite_token.dat',
])('%s is data of Prosody', async (path) => {
  store(path);
  const refused = refuseProsodyData(settings());
  await expect(refused).rejects.toThrow(`${folder} holds data of Prosody (${path})`);
  await expect(refused).rejects.toThrow(WAYS);
});

test.each([
  'example%2ecom/cron.dat',
  'localhost/accounts/notes.txt',
  'certs/localhost.crt',
  'blobs/some folder/x.dat',
  'x.dat',
  'couplet.sqlite',
])('%s is none', async (path) => {
  store(path);
  await refuseProsodyData(settings());
});

test('a database of Prosody is data where anything is in it', async () => {
  storeDatabase('prosody.sqlite', 0);
  await refuseProsodyData(settings());
  storeDatabase('own.db', 1);
  await refuseProsodyData(settings());
  const found = `${join(folder, 'own.db')} holds data of Prosody`;
  await expect(refuseProsodyData(settings({ prosodyDatabase: 'own.db' }))).rejects.toThrow(found);
  store('unreadable.sqlite', 'no database');
  await expect(refuseProsodyData(settings({ prosodyDatabase: 'unreadable.sqlite' }))).rejects.toThrow('holds data');
});

test('a configuration says which database Prosody has', async () => {
  const file = join(folder, 'prosody.cfg.lua');
  const sql = 'sql = { driver = "SQLite3", database = "own.db" }';
  writeFileSync(file, `data_path = "."; storage = "sql"; VirtualHost "a.example"; ${sql}`);
  expect((await loadSettings(file)).prosodyDatabase).toBe('own.db');
});

test('whoever says so begins anew; in memory nothing is kept anyway; a folder that is not there is empty', async () => {
  store('localhost/accounts/ann.dat');
  await refuseProsodyData(settings({ ignoreExistingData: true }));
  await refuseProsodyData(settings({ storage: { kind: 'memory' } }));
  await refuseProsodyData(settings({ dataPath: join(folder, 'none') }));
});

test('a database server with tables of Prosody is refused, and nothing in them is touched', async () => {
  const postgres = await TestPostgres.start();
  const client = new pg.Client({ connectionString: postgres.url() });
  try {
    await client.connect();
    const storage = { kind: 'postgresql', url: postgres.url(), directory: folder } as const;
    await refuseProsodyData(settings({ storage }));
    await client.query('create table prosody (host text, "user" text, store text, key text, value text)');
    await refuseProsodyData(settings({ storage }));
    await client.query("insert into prosody values ('a.example', 'ann', 'accounts', 'password', 'x')");
    const found = 'the database holds data of Prosody (table public.prosody)';
    await expect(refuseProsodyData(settings({ storage }))).rejects.toThrow(found);
  } finally {
    await client.end();
    await postgres.remove();
  }
});

describe.skipIf(!needs('prosody'))('with a real Prosody', () => {
  test('its data stops a start until that is told to begin anew, and stays as it is', { timeout: 60_000 }, async () => {
    const config = join(folder, 'prosody.cfg.lua');
    const lines = [
      `data_path = "${join(folder, 'data')}"; run_as_root = true; prosody_user = nil`,
      'c2s_ports = { 0 }; c2s_interfaces = { "127.0.0.1" }; modules_enabled = { "roster", "saslauth" }',
      'VirtualHost "example.com"',
    ];
    mkdirSync(join(folder, 'data'), { mode: 0o777 });
    writeFileSync(config, lines.join('\n'));
    const made = spawnSync('prosodyctl', ['--root', '--config', config, 'register', 'al.ice', 'example.com', 'secret']);
    const file = join(folder, 'data', 'example%2ecom', 'accounts', 'al%2eice.dat');
    const before = readFileSync(file, 'utf8');
    expect(made.status).toBe(0);
    const start = (...args: string[]) =>
      spawnSync(process.execPath, [MAIN, '--config', config, ...args], { encoding: 'utf8', timeout: 5000 });
    const refused = start();
    expect([refused.status, refused.stderr.split('\n').at(-2)]).toEqual([1, expect.stringContaining(WAYS)]);
    expect(start('--ignore-existing-data').stdout).toContain('serves example.com');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});
