/** `CLIENTS` is how many come at once, 10 000 unless told otherwise; both ends need a descriptor for each of them. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CpuClock, memoryOf } from '../../bench/servers/process-cost.ts';
import { Innocent } from './innocent.ts';
import { FaultServer } from './server-process.ts';
import { storm, type Plan, type Storm } from './storm-plan.ts';

const clients = Number(process.env['CLIENTS'] ?? 10_000);

/** Processes of clients. */
const PROCESSES = 2;

/** Milliseconds in which all of them come, and after which nobody tries any more. */
const WITHIN = 2000;
const PATIENCE = 240_000;

test.skipIf(process.platform !== 'linux')(
  `R22: ${clients} clients log in at once after a crash`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'couplet-faults-'));
    const server = await FaultServer.prepare(folder, ['storage: sqlite']);
    const crowds: ChildProcess[] = [];
    try {
      await server.seed(clients + 1);
      await server.start();
      const share = clients / PROCESSES;
      for (let n = 0; n < PROCESSES; n++) {
        const plan: Plan = { port: server.port, first: n * share, count: share, within: WITHIN, patience: PATIENCE };
        crowds.push(fork(new URL('storm-clients.ts', import.meta.url), [JSON.stringify(plan)], { execArgv: [] }));
      }
      await come(crowds); // so that there are sessions to lose
      await server.end('SIGKILL');
      await server.start();
      const cpu = new CpuClock([server.pid ?? 0]);
      const innocent = await Innocent.watch(server.port, `u${clients}`);
      const rests = memoryOf([server.pid ?? 0]).resident;
      const { times, failures } = await come(crowds);
      const ping = innocent.end();
      const at = (part: number): number => Math.round(times[Math.ceil(times.length * part) - 1] ?? Infinity);
      const figures = {
        online: times.length,
        ms: { half: at(0.5), '95 %': at(0.95), last: at(1) },
        failures,
        ping,
        megabytes: { before: Math.round(rests / 1000), after: Math.round(memoryOf([server.pid ?? 0]).resident / 1000) },
        cpuMsPerLogin: cpu.read() / clients,
      };
      process.stdout.write(`R22: ${JSON.stringify(figures)}\n`);
      expect(times.length).toBe(clients);
      expect(at(0.95)).toBeLessThan(60_000);
      expect(figures.megabytes.after).toBeLessThan(200 + clients * 0.1);
      expect(await server.end('SIGTERM')).toBe(0);
    } finally {
      for (const crowd of crowds) crowd.disconnect();
      await server.end('SIGKILL');
      rmSync(folder, { recursive: true });
    }
  },
  900_000,
);

/** Let all of them come. @returns when each was in, sorted, and what stopped them before */
async function come(crowds: readonly ChildProcess[]): Promise<Storm> {
  const answers = crowds.map((crowd) => once(crowd, 'message', { signal: AbortSignal.timeout(PATIENCE + 60_000) }));
  for (const crowd of crowds) crowd.send('come');
  const results = (await Promise.all(answers)).map(([message]) => storm.parse(message));
  const failures = new Map<string, number>();
  for (const result of results) {
    for (const [why, count] of Object.entries(result.failures)) failures.set(why, (failures.get(why) ?? 0) + count);
  }
  const times = results.flatMap((result) => result.times).toSorted((a, b) => a - b);
  return { times, failures: Object.fromEntries(failures) };
}
