import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { FaultProxy } from '../../../../test/support/faultproxy.ts';
import { TestPostgres } from '../../../../test/support/postgres.ts';
import { inUnit, numbers, outcome } from '../../conformance/fixture.ts';
import type { Storage } from '../../stores.ts';
import type { Ticket } from '../../ticket.ts';
import { openPostgresqlStorage } from './postgresql-storage.ts';
import type { PostgresqlOptions } from './postgresql-storage.ts';

const HOST = 'host.test';
const directory = mkdtempSync(join(tmpdir(), 'couplet-postgresql-'));
let server: TestPostgres;
let proxy: FaultProxy;
let schemas = 0;
let schema: string;
let reports: Error[];
let warnings: string[];
let opened: Storage[];

beforeAll(async () => {
  server = await TestPostgres.start();
});

afterAll(async () => {
  await server.remove();
  rmSync(directory, { recursive: true });
});

beforeEach(async () => {
  proxy = await FaultProxy.start(server.port);
  schema = `test_${++schemas}`;
  reports = [];
  warnings = [];
  opened = [];
});

afterEach(async () => {
  for (const storage of opened) await storage.close();
  await proxy.close();
});

async function open(more: Partial<PostgresqlOptions> = {}): Promise<Storage> {
  const storage = await openPostgresqlStorage({
    url: server.url(proxy.port),
    schema,
    blobs: directory,
    copies: directory,
    lockWait: 1000,
    report: (error) => reports.push(error),
    warn: (message) => warnings.push(message),
    ...more,
  });
  opened.push(storage);
  return storage;
}

/** Counts up and appends, so that a unit that is written twice shows. */
function write(storage: Storage, n: number): Ticket {
  return inUnit(storage, (unit) => {
    storage.keyed(HOST, 'last', numbers).put(unit, 'a', n);
    storage.counter(HOST, 'counter').add(unit, 'a', 'units', 1);
    storage.archive(HOST, 'archive').append(unit, 'a', { when: n, with: '', stanza: `<m${n}/>` });
  });
}

async function written(storage: Storage): Promise<{ counted: number; stanzas: readonly string[] }> {
  const { entries } = await storage.archive(HOST, 'archive').find('a', { order: 'forward', max: 10_000 });
  const counted = await storage.counter(HOST, 'counter').get('a', 'units');
  return { counted, stanzas: entries.map(({ stanza }) => stanza) };
}

test('data is there after closing and opening again; a second server is refused by name', async () => {
  const storage = await open();
  await write(storage, 1).settled();
  await expect(open({ lockWait: 0 })).rejects.toThrow(`another server uses this database: couplet ${process.pid} on`);
  await open({ schema: `${schema}_other` }); // another deployment in the same database
  await storage.close();
  expect(await written(await open())).toEqual({ counted: 1, stanzas: ['<m1/>'] });
});

test('settings that lose data are told', async () => {
  await open();
  expect(warnings).toEqual([expect.stringContaining('fsync')]);
});

test.each(['pass and cut', 'cut'] as const)(
  'a connection lost at COMMIT (%s): written once, told once',
  async (how) => {
    const storage = await open();
    await write(storage, 1).settled();
    let cuts = 0;
    proxy.inspect((bytes) => (cuts === 0 && bytes.includes('commit\0') && cuts++ === 0 ? how : 'pass'));
    const tickets = [2, 3].map((n) => write(storage, n));
    expect(await Promise.all(tickets.map(outcome))).toEqual([undefined, undefined]);
    expect(cuts).toBe(1);
    expect(reports[0]).toMatchObject({ condition: 'outcome-unknown' });
    expect(await written(storage)).toEqual({ counted: 3, stanzas: ['<m1/>', '<m2/>', '<m3/>'] });
  },
);

test('appends of a batch found committed are told their ids', async () => {
  const storage = await open();
  const archive = storage.archive(HOST, 'archive');
  await write(storage, 1).settled();
  let cuts = 0;
  proxy.inspect((bytes) => (bytes.includes('commit\0') && cuts++ === 0 ? 'pass and cut' : 'pass'));
  const unit = storage.unit();
  const appended = archive.append(unit, 'a', { when: 5, with: '', stanza: '<x/>' });
  unit.submit();
  await unit.ticket.settled();
  expect(await archive.get('a', appended.id ?? '')).toMatchObject({ stanza: '<x/>', when: appended.when, seq: 2 });
});

test('a unit that the database refuses fails alone', async () => {
  const storage = await open();
  const random = Array.from({ length: 4000 }, () => String.fromCharCode(0x4e00 + Math.random() * 20_000)).join('');
  const poison = (): Ticket =>
    inUnit(storage, (unit) => {
      storage.counter(HOST, 'counter').add(unit, 'a', 'units', 1);
      storage.map(HOST, 'map', numbers).put(unit, 'a', random, 1); // too long for the index
    });
  const tickets = [write(storage, 1), poison(), write(storage, 2)];
  const outcomes = await Promise.all(tickets.map(outcome));
  expect(outcomes.map((error) => error?.message.includes('index'))).toEqual([undefined, true, undefined]);
  expect(await written(storage)).toEqual({ counted: 2, stanzas: ['<m1/>', '<m2/>'] });
});

test('R6: a database that crashes and comes back under load: nothing told is lost, nothing doubled', async () => {
  const storage = await open();
  const tickets: Ticket[] = [];
  let writing = true;
  const writer = (async () => {
    for (let n = 1; writing; n++) {
      tickets.push(write(storage, n));
      await sleep(n % 10 === 0 ? 2 : 0);
    }
  })();
  for (let i = 0; i < 2; i++) {
    await sleep(150);
    await server.crash();
    await sleep(50);
    await server.run();
  }
  await sleep(100);
  writing = false;
  await writer;
  expect(await Promise.all(tickets.map(outcome))).toEqual(tickets.map(() => undefined));
  const { counted, stanzas } = await written(storage);
  expect(counted).toBe(tickets.length);
  expect(stanzas).toEqual(tickets.map((_, i) => `<m${i + 1}/>`));
  expect(reports.length).toBeGreaterThan(0);
});

test('reads survive the loss of their connections', async () => {
  const storage = await open();
  await write(storage, 1).settled();
  for (let i = 0; i < 3; i++) {
    await written(storage);
    proxy.cut();
    expect(await written(storage)).toEqual({ counted: 1, stanzas: ['<m1/>'] });
  }
});

test('R6: a connection that is lost before its first statement is answered is replaced', async () => {
  const storage = await open();
  await write(storage, 1).settled();
  proxy.cut();
  let cuts = 0;
  proxy.inspect((bytes) => (bytes.includes('search_path') && cuts++ === 0 ? 'pass and cut' : 'pass'));
  expect(await storage.counter(HOST, 'counter').get('b', 'x')).toBe(0);
  expect(cuts).toBeGreaterThan(0);
});

test('while the database is away reads fail as unavailable, writes wait', async () => {
  const storage = await open();
  await write(storage, 1).settled();
  proxy.refuse();
  proxy.cut();
  await expect(written(storage)).rejects.toMatchObject({ condition: 'unavailable' });
  const ticket = write(storage, 2);
  await sleep(50);
  expect(ticket.state).toBe('pending');
  proxy.refuse(false);
  await ticket.settled();
  expect((await written(storage)).counted).toBe(2);
});

test('a schema of a newer server is refused', async () => {
  await (await open()).close();
  const client = new pg.Client({ connectionString: server.url() });
  await client.connect();
  await client.query(`insert into ${schema}.migration values (999, 'later', now())`);
  await client.end();
  await expect(open()).rejects.toThrow('newer');
});
