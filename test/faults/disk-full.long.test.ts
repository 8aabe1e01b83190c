/** Needs root, for a small file system of its own. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CLEAN, check } from './checker.ts';
import { Load } from './load.ts';
import { randomFrom, runSeed } from './random.ts';
import { FaultServer } from './server-process.ts';

/** Bytes that are left when the disk is made full. */
const LEFT = 400_000;

test.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
  'the disk is full under load: nothing is acknowledged that is not stored, and it goes on when there is room',
  async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'couplet-faults-'));
    const data = join(folder, 'data');
    mkdirSync(data);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', data]).status !== 0) context.skip();
    const server = await FaultServer.prepare(folder, ['storage: sqlite']);
    try {
      await server.seed(8);
      await server.start();
      const load = new Load({ port: server.port, accounts: 8, pause: 20, random: randomFrom(runSeed()) });
      await load.progress(300);
      const { bavail, bsize } = statfsSync(data);
      writeFileSync(join(data, 'filler'), Buffer.alloc(Math.max(0, bavail * bsize - LEFT)));
      await sleep(8000);
      const full = load.acknowledged;
      await sleep(2000);
      expect(load.acknowledged).toBe(full);
      rmSync(join(data, 'filler'));
      await load.progress(200, 30_000);
      await load.finish();
      await server.end('SIGKILL');
      await load.ended();
      await server.start();
      await load.readBack();
      expect(check(load.history)).toMatchObject(CLEAN);
    } finally {
      await server.end('SIGKILL');
      spawnSync('umount', [data]);
      rmSync(folder, { recursive: true });
    }
  },
);
