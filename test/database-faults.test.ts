/** Drills with PostgreSQL behind a proxy, short; the long ones are in `database-faults.long.test.ts`. */
import { expect, test } from 'vitest';
import { databaseDrill } from './support/database-drill.ts';
import type { LoadReport } from './support/database-load.ts';

const drilled = databaseDrill();

/** What holds whatever the fault. */
function sound(report: LoadReport): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
  expect(report).toMatchObject({ lost: [], doubled: [], reordered: false });
  for (const error of report.errors) expect(error).toBe('wait resource-constraint');
  expect(report.pingTime).toBeLessThan(100);
  expect(report.healed).toBeLessThan(5000);
}

test('R5: the database is away', async () => {
  const report = await drilled.load.run({
    begin: () => {
      drilled.proxy.refuse();
      drilled.proxy.cut();
    },
    end: () => drilled.proxy.refuse(false),
    lasts: 1000,
  });
  sound(report);
  expect(report.ackedDuringFault).toBeLessThanOrEqual(report.refused);
  expect(report.logins).toEqual(['temporary-auth-failure']);
});

test('R7: every answer of the database takes 200 ms', async () => {
  sound(
    await drilled.load.run({ begin: () => drilled.proxy.delay(200), end: () => drilled.proxy.delay(0), lasts: 1000 }),
  );
});

test('R9: the database takes no writes for a while', async () => {
  const report = await drilled.load.run({
    begin: () => drilled.database.set('default_transaction_read_only', 'on'),
    end: () => drilled.database.set('default_transaction_read_only', 'off'),
    lasts: 1000,
  });
  sound(report);
  expect(report.ackedDuringFault).toBeLessThanOrEqual(report.refused);
});
