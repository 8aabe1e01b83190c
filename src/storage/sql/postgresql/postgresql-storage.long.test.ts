import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { FaultProxy } from '../../../../test/support/faultproxy.ts';
import { TestPostgres } from '../../../../test/support/postgres.ts';
import { inUnit, numbers } from '../../conformance/fixture.ts';
import { openPostgresqlStorage } from './postgresql-storage.ts';

test('R8: a connection that is dead and open is given up; what it left at the server cannot keep the lock', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'couplet-stall-'));
  const server = await TestPostgres.start();
  const proxy = await FaultProxy.start(server.port);
  const reports: Error[] = [];
  const storage = await openPostgresqlStorage({
    url: server.url(proxy.port),
    schema: 'stall',
    blobs: directory,
    copies: directory,
    lockWait: 0,
    report: (error) => reports.push(error),
    warn: () => undefined,
  });
  const store = storage.keyed('host.test', 'numbers', numbers);
  const write = (n: number): Promise<void> => inUnit(storage, (unit) => store.put(unit, 'a', n)).settled();
  await write(1);
  proxy.stall();
  const start = performance.now();
  const pending = write(2);
  const read = store.get('b').catch((error: unknown) => error);
  await sleep(9000);
  expect(reports.length).toBeGreaterThan(0);
  proxy.stall(false);
  await pending;
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(`written ${seconds.toFixed(1)} s after the connection died\n`);
  expect(seconds).toBeLessThan(20);
  await read;
  expect(await store.get('a')).toBe(2);
  await storage.close();
  await proxy.close();
  await server.remove();
  rmSync(directory, { recursive: true });
});
