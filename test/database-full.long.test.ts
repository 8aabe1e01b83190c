/** Needs root, for a small file system that holds the tables. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { DatabaseLoad } from './support/database-load.ts';
import { TestPostgres } from './support/postgres.ts';

/** User that PostgreSQL runs as. */
const NOBODY = 65534;

test.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
  'R9: the disk of PostgreSQL is full: what cannot be stored waits or is refused, and it goes on when there is room',
  async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'couplet-faults-'));
    chmodSync(folder, 0o755);
    const small = join(folder, 'small');
    mkdirSync(small);
    const options = `size=24m,uid=${NOBODY},gid=${NOBODY},mode=700`;
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', small]).status !== 0) context.skip();
    const database = await TestPostgres.start();
    try {
      const client = new pg.Client({ connectionString: database.url() });
      await client.connect();
      await client.query(`create tablespace small location '${small}'`);
      await client.query('alter database postgres set default_tablespace = small');
      await client.end();
      const storage = { kind: 'postgresql', url: database.url(), schema: 'full', directory: folder } as const;
      const load = await DatabaseLoad.start(storage);
      const filler = join(small, 'filler');
      const report = await load.run({
        begin: () => {
          const { bavail, bsize } = statfsSync(small);
          writeFileSync(filler, Buffer.alloc(bavail * bsize));
        },
        end: () => rmSync(filler),
        lasts: 15_000,
      });
      process.stdout.write(`R9 full: ${JSON.stringify(report)}\n`);
      expect(report).toMatchObject({ lost: [], doubled: [], reordered: false });
      expect(report.faults.join()).toContain('No space left on device');
      for (const error of report.errors) expect(error).toBe('wait resource-constraint');
      expect(report.ackedDuringFault - report.refused).toBeLessThan(report.sent / 5); // what the pages still hold that there are
      expect(report.pingTime).toBeLessThan(100);
      expect(report.healed).toBeLessThan(5000);
      await load.stop();
    } finally {
      await database.remove();
      spawnSync('umount', [small]);
      rmSync(folder, { recursive: true });
    }
  },
);
