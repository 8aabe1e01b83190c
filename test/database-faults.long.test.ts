/** Drills with PostgreSQL behind a proxy, at full length. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, test } from 'vitest';
import { databaseDrill } from './support/database-drill.ts';
import type { Fault, LoadReport } from './support/database-load.ts';

const drilled = databaseDrill();

async function drill(name: string, fault: Fault, healed = 5000): Promise<LoadReport> {
  const report = await drilled.load.run(fault);
  process.stdout.write(`${name}: ${JSON.stringify(report)}\n`);
  expect(report).toMatchObject({ lost: [], doubled: [], reordered: false });
  for (const error of report.errors) expect(error).toBe('wait resource-constraint');
  expect(report.pingTime).toBeLessThan(100);
  expect(report.healed).toBeLessThan(healed);
  expect(report.growth).toBeLessThan(64 * 1024 * 1024);
  return report;
}

async function client(): Promise<pg.Client> {
  const made = new pg.Client({ connectionString: drilled.database.url() });
  made.on('error', () => undefined);
  await made.connect();
  return made;
}

test('R5: the database is away for a minute', async () => {
  const report = await drill('R5', {
    begin: () => drilled.database.crash(),
    end: () => drilled.database.run(),
    lasts: 60_000,
  });
  expect(report.ackedDuringFault).toBeLessThanOrEqual(report.refused);
  expect(report.logins).toEqual(['temporary-auth-failure']);
});

test('R6: ten immediate restarts', async () => {
  await drill('R6', {
    begin: () => undefined,
    end: async () => {
      for (let i = 0; i < 10; i++) {
        await drilled.database.crash();
        await drilled.database.run();
        await sleep(300);
      }
    },
    lasts: 100,
  });
});

test('R7: 5 s for each answer', async () => {
  await drill(
    'R7',
    { begin: () => drilled.proxy.delay(5000), end: () => drilled.proxy.delay(0), lasts: 40_000 },
    40_000,
  );
});

test('R8: half-open', async () => {
  const report = await drill('R8', {
    begin: () => drilled.proxy.stall(),
    end: () => drilled.proxy.stall(false),
    lasts: 20_000,
  });
  expect(report.ackedDuringFault).toBeLessThanOrEqual(report.refused);
  expect(report.logins).toEqual(['temporary-auth-failure']);
});

test('R9: too many connections', async () => {
  const others: pg.Client[] = [];
  const report = await drill('R9', {
    begin: async () => {
      drilled.proxy.refuse();
      drilled.proxy.cut();
      while (others.length < 100) {
        const other = await client().catch(() => undefined);
        if (other === undefined) break;
        others.push(other);
      }
      drilled.proxy.refuse(false);
    },
    end: async () => {
      for (const other of others) await other.end();
    },
    lasts: 5000,
  });
  expect(report.ackedDuringFault).toBeLessThanOrEqual(report.refused);
});

test('R9: a table that somebody else has locked: what waits longer than a statement may take is refused', async () => {
  const other = await client();
  const fault: Fault = {
    begin: async () => {
      await other.query('begin');
      await other.query(`lock table ${drilled.schema}.entry in exclusive mode`);
    },
    end: async () => {
      await other.query('rollback');
      await other.end();
    },
    lasts: 45_000,
  };
  const report = await drill('R9 lock', fault, 10_000);
  expect(report.refused).toBeGreaterThan(0);
});
