/**
 * Cost of an archived row, by driver and rows committed at once: wall clock, and CPU of this process with its threads.
 * PostgreSQL runs with `fsync` off in a process of its own, whose CPU is not counted.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStorage } from '../src/app/storage.ts';
import type { StorageConfig } from '../src/app/storage.ts';
import type { Storage } from '../src/storage/stores.ts';
import { TestPostgres } from '../test/support/postgres.ts';

const BATCHES = [1, 10, 100];
const SECONDS = 2;
const OWNERS = 100;
const STANZA = `<message xmlns='jabber:client' type='chat'><body>${'x'.repeat(330)}</body></message>`;

/** Commits rows in units of one, so many at a time, for some seconds. Returns rows written. */
async function write(storage: Storage, batch: number, seconds: number): Promise<number> {
  const archive = storage.archive('host.test', 'archive');
  const end = performance.now() + seconds * 1000;
  let rows = 0;
  while (performance.now() < end) {
    for (let i = 0; i < batch; i++) {
      const unit = storage.unit();
      archive.append(unit, `user${rows % OWNERS}@host.test`, {
        when: rows,
        with: `user${(rows * 7) % OWNERS}@host.test`,
        stanza: STANZA,
        dedupe: `${batch} ${rows}`,
      });
      unit.submit();
      rows++;
    }
    await storage.drain();
  }
  return rows;
}

async function measure(name: string, config: StorageConfig): Promise<void> {
  const report = {
    failed: (error: Error): void => void process.stderr.write(`${error.message}\n`),
    noticed: () => undefined,
  };
  const storage = await openStorage(config, report);
  await write(storage, 100, 0.5);
  for (const batch of BATCHES) {
    const cpu = process.cpuUsage();
    const start = performance.now();
    const rows = await write(storage, batch, SECONDS);
    const wall = ((performance.now() - start) * 1000) / rows;
    const { user, system } = process.cpuUsage(cpu);
    const line = [
      name.padEnd(28),
      String(batch).padStart(5),
      wall.toFixed(1).padStart(9),
      ((user + system) / rows).toFixed(1).padStart(9),
    ];
    process.stdout.write(`${line.join(' ')}\n`);
  }
  await storage.close();
}

const directory = mkdtempSync(join(tmpdir(), 'couplet-bench-'));
const server = await TestPostgres.start();
process.stdout.write(`µs per row${' '.repeat(18)} batch      wall       CPU\n`);
await measure('memory', { kind: 'memory' });
await measure('sqlite, synchronous=normal', {
  kind: 'sqlite',
  directory: join(directory, 'normal'),
  synchronous: 'normal',
});
await measure('sqlite, synchronous=full', { kind: 'sqlite', directory: join(directory, 'full') });
await measure('postgresql', { kind: 'postgresql', url: server.url(), directory });
await server.remove();
rmSync(directory, { recursive: true });
