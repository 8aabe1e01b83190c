import { expect, test } from 'vitest';
import { reloadRun } from './reload-run.ts';

test('R27, R28: reloads under load: no connection drops, no message is lost; a broken file is refused with file and line', async () => {
  const report = await reloadRun({ clients: 20, reloads: 6, pause: 50, between: 50 });
  expect(report).toMatchObject({ wrong: [], dropped: 0, failed: [], oldCertificates: 0 });
  expect(report.refused).toEqual([
    expect.stringMatching(/^Nothing was changed: .*couplet\.yaml:\d+: there is no option "c2s_prots"/),
  ]);
  expect([report.received, report.answered]).toEqual([report.sent, report.sent]);
  expect(report.received).toBeGreaterThan(100);
}, 60_000);
