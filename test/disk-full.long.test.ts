/** Drills with a disk that is full, on a small file system in memory: root alone can make one. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DatabaseLoad } from './support/database-load.ts';

const directory = mkdtempSync(join(tmpdir(), 'couplet-full-'));
const mounted = mount();

afterAll(() => {
  if (mounted) execFileSync('/bin/umount', [directory]);
  rmSync(directory, { recursive: true });
});

function mount(): boolean {
  try {
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', directory], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

test.skipIf(!mounted)('R9: the disk of SQLite is full for a while', async () => {
  const load = await DatabaseLoad.start({ kind: 'sqlite', directory: join(directory, 'data') });
  const filler = join(directory, 'filler');
  const report = await load.run({
    begin: () => {
      for (const size of [4096, 64, 1]) fill(filler, size * 1024);
    },
    end: () => rmSync(filler),
    lasts: 10_000,
  });
  await load.stop();
  process.stdout.write(`disk full: ${JSON.stringify(report)}\n`);
  expect(report).toMatchObject({ lost: [], doubled: [], reordered: false });
  expect(report.faults.some((fault) => fault.includes('full'))).toBe(true);
  expect(report.pingTime).toBeLessThan(100);
  expect(report.healed).toBeLessThan(5000);
});

/** Writes until nothing fits any more. */
function fill(file: string, chunk: number): void {
  const bytes = Buffer.alloc(chunk);
  try {
    for (;;) writeFileSync(file, bytes, { flag: 'a' });
  } catch {
    // full
  }
}
