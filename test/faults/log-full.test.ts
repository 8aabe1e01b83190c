import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Innocent } from './innocent.ts';
import { Load } from './load.ts';
import { randomFrom, runSeed } from './random.ts';
import { FaultServer } from './server-process.ts';

test.skipIf(process.platform !== 'linux')(
  'R10: the disk that the log goes to is full: the server serves on, and ends as it should',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'couplet-faults-'));
    // A device that says of every write that there is no room.
    const server = await FaultServer.prepare(folder, ['storage: sqlite'], ['log: {debug: /dev/full}']);
    try {
      await server.seed(5);
      await server.start();
      const innocent = await Innocent.watch(server.port, 'u4');
      const load = new Load({ port: server.port, accounts: 4, pause: 20, random: randomFrom(runSeed()) });
      await load.progress(300);
      await load.finish();
      process.stdout.write(`R10: ${JSON.stringify(innocent.end())}\n`);
      expect(await server.end('SIGTERM')).toBe(0);
      await load.ended();
      expect([...load.endings]).toEqual([]);
    } finally {
      await server.end('SIGKILL');
      rmSync(folder, { recursive: true });
    }
  },
  60_000,
);
