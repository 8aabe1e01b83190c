/**
 * Soak: `SOAK_MINUTES` of load (1 unless told otherwise; 60 for the figure of a release) on one process that is not
 * touched, with its memory and its open files watched.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CLEAN, check } from './checker.ts';
import { Load } from './load.ts';
import { randomFrom, runSeed } from './random.ts';
import { residentMegabytes } from './resident.ts';
import { FaultServer } from './server-process.ts';

const minutes = Number(process.env['SOAK_MINUTES'] ?? 1);

/** Samples there are; those of the first third are warming up. */
const SAMPLES = 60;
const WARM = 20;

/** MB by which the least memory of the last third may be above that of the second: collecting garbage takes turns. */
const GROWTH = 10;

test.skipIf(process.platform !== 'linux')(
  `R30: ${minutes} minutes of load`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'couplet-faults-'));
    const server = await FaultServer.prepare(folder, ['storage: sqlite']);
    try {
      await server.seed(8);
      await server.start();
      const load = new Load({ port: server.port, accounts: 8, pause: 200, random: randomFrom(runSeed()) });
      const samples: { readonly rss: number; readonly handles: number }[] = [];
      for (let n = 0; n < SAMPLES; n++) {
        await sleep((minutes * 60_000) / SAMPLES);
        samples.push({ rss: residentMegabytes(server.pid), handles: readdirSync(`/proc/${server.pid}/fd`).length });
      }
      const warm = samples.slice(WARM);
      const floors = [warm.slice(0, WARM), warm.slice(WARM)].map((part) => Math.min(...part.map(({ rss }) => rss)));
      const growth = (floors[1] ?? 0) - (floors[0] ?? 0);
      const [first, last] = [warm[0], warm.at(-1)];
      process.stdout.write(`${minutes} min: ${JSON.stringify({ floors, first, last })}, `);
      await load.finish();
      expect(await server.end('SIGTERM')).toBe(0);
      await load.ended();
      await server.start();
      await load.readBack();
      const verdict = check(load.history);
      process.stdout.write(`acknowledged ${verdict.acknowledged}\n`);
      expect(verdict).toMatchObject({ ...CLEAN, refused: 0 });
      expect(last?.handles).toBeLessThanOrEqual((first?.handles ?? 0) + 2);
      if (minutes >= 30) expect(growth).toBeLessThan(GROWTH);
    } finally {
      await server.end('SIGKILL');
      rmSync(folder, { recursive: true });
    }
  },
  minutes * 90_000 + 300_000, // reading everything back takes its time too
);
