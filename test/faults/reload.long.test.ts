import { expect, test } from 'vitest';
import { reloadRun } from './reload-run.ts';

test('R27, R28 with 200 clients and 50 reloads', async () => {
  const report = await reloadRun({ clients: 200, reloads: 50, pause: 100, between: 200 });
  process.stdout.write(`${JSON.stringify({ ...report, wrong: report.wrong.length })}\n`);
  expect(report).toMatchObject({ wrong: [], dropped: 0, failed: [], oldCertificates: 0 });
  expect(report.refused).toHaveLength(10);
  expect(report.refused.every((text) => /couplet\.yaml:\d+: there is no option/.test(text))).toBe(true);
  expect([report.received, report.answered]).toEqual([report.sent, report.sent]);
  expect(report.received).toBeGreaterThan(5000);
}, 600_000);
