/** Drills with PostgreSQL behind a proxy, short; the long ones are in `database-faults.long.test.ts`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { DatabaseLoad, type LoadReport } from './support/database-load.ts';
import { FaultProxy } from './support/faultproxy.ts';
import { TestPostgres } from './support/postgres.ts';

const directory = mkdtempSync(join(tmpdir(), 'couplet-faults-'));
let database: TestPostgres;
let proxy: FaultProxy;
let load: DatabaseLoad;
let schemas = 0;

beforeAll(async () => {
  database = await TestPostgres.start();
});

afterAll(async () => {
  await database.remove();
  rmSync(directory, { recursive: true });
});

beforeEach(async () => {
  proxy = await FaultProxy.start(database.port);
  const schema = `faults_${++schemas}`;
  load = await DatabaseLoad.start({ kind: 'postgresql', url: database.url(proxy.port), schema, directory });
});

afterEach(async () => {
  await load.stop();
  await proxy.close();
});

/** What holds whatever the fault. */
function sound(report: LoadReport): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
  expect(report).toMatchObject({ lost: [], doubled: [], reordered: false });
  for (const error of report.errors) expect(error).toBe('wait resource-constraint');
  expect(report.pingTime).toBeLessThan(100);
  expect(report.healed).toBeLessThan(5000);
}

test('R5: the database is away', async () => {
  const report = await load.run({
    begin: () => {
      proxy.refuse();
      proxy.cut();
    },
    end: () => proxy.refuse(false),
    lasts: 1000,
  });
  sound(report);
  expect(report.ackedDuringFault).toBeLessThanOrEqual(report.refused);
  expect(report.logins).toEqual(['temporary-auth-failure']);
});

test('R7: every answer of the database takes 200 ms', async () => {
  sound(await load.run({ begin: () => proxy.delay(200), end: () => proxy.delay(0), lasts: 1000 }));
});

test('R9: the database takes no writes for a while', async () => {
  const report = await load.run({
    begin: () => database.set('default_transaction_read_only', 'on'),
    end: () => database.set('default_transaction_read_only', 'off'),
    lasts: 1000,
  });
  sound(report);
  expect(report.ackedDuringFault).toBeLessThanOrEqual(report.refused);
});
