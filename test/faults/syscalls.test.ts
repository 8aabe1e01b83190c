import { readFileSync, truncateSync, mkdtempSync, rmSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { FaultProxy } from '../support/faultproxy.ts';
import { needs } from '../support/needs.ts';
import { TestPostgres } from '../support/postgres.ts';
import { CLEAN, check } from './checker.ts';
import { Load } from './load.ts';
import { randomFrom, runSeed } from './random.ts';
import { FaultServer } from './server-process.ts';
import { checkOrder, type Places } from './syscalls.ts';

const CALLS = 'trace=read,write,writev,pwrite64,fdatasync,fsync';

interface Traced {
  readonly server: FaultServer;
  readonly load: Load;
  readonly trace: string;
}

/** A server under load and under strace, killed in the middle. */
async function traced(folder: string, storage: readonly string[]): Promise<Traced> {
  const server = await FaultServer.prepare(folder, storage);
  await server.seed(3);
  const file = join(folder, 'trace');
  // -D: the process we start, and kill, is the server.
  server.wrapper = ['strace', '-D', '-f', '-yy', '-s', '100000', '-e', CALLS, '-o', file];
  await server.start();
  const load = new Load({ port: server.port, accounts: 3, pause: 40, random: randomFrom(runSeed()) });
  await load.progress(150);
  const { pid } = server;
  await server.end('SIGKILL');
  server.wrapper = [];
  const ended = new RegExp(`^${pid} +\\+\\+\\+ killed by SIGKILL`, 'm');
  for (let i = 0; ; i++) {
    const trace = readFileSync(file, 'latin1');
    if (ended.test(trace)) return { server, load, trace };
    if (i > 100) throw new Error('strace does not end');
    await sleep(50);
  }
}

describe.skipIf(!needs('strace'))('what is told is on the disk', () => {
  test('SQLite: syncs come first, and a log cut to what was synced has all that was acknowledged', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'couplet-faults-'));
    let server: FaultServer | undefined;
    try {
      const found = await traced(folder, ['storage: sqlite']);
      ({ server } = found);
      const { load, trace } = found;
      const order = checkOrder(trace, { port: server.port, durable: { file: '-wal' } });
      expect(order.early).toEqual([]);
      expect(order.looked).toBeGreaterThan(250); // acknowledged or delivered, most of them both
      const [log = ''] = readdirSync(join(folder, 'data')).filter(
        (name) => name.endsWith('-wal') && !name.startsWith('lock'),
      );
      truncateSync(join(folder, 'data', log), order.synced);
      await server.start();
      await load.finish();
      await load.readBack();
      expect(check(load.history)).toMatchObject({ ...CLEAN, refused: 0 });
    } finally {
      await server?.end('SIGKILL');
      rmSync(folder, { recursive: true });
    }
  }, 60_000);

  test('PostgreSQL: the answer to COMMIT comes first', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'couplet-faults-'));
    const database = await TestPostgres.start();
    const proxy = await FaultProxy.start(database.port);
    const place = `host: 127.0.0.1, port: ${proxy.port}, database: postgres, username: postgres`;
    try {
      const storage = ['storage: postgresql', `sql: {driver: PostgreSQL, ${place}}`];
      const { server, trace, load } = await traced(folder, storage);
      const places: Places = { port: server.port, durable: { port: proxy.port } };
      const order = checkOrder(trace, places);
      expect(order.early).toEqual([]);
      expect(order.looked).toBeGreaterThan(250);
      await server.start();
      await load.finish();
      await server.end('SIGKILL');
    } finally {
      await proxy.close();
      await database.remove();
      rmSync(folder, { recursive: true });
    }
  }, 60_000);
});
