import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CLEAN, check } from './checker.ts';
import type { HistoryEvent } from './history.ts';
import { Load } from './load.ts';
import { readBack } from './read-back.ts';
import { randomFrom, runSeed } from './random.ts';
import { FaultServer } from './server-process.ts';

const ACCOUNTS = 4;

test('R21: a backup under load has all that was acknowledged before it began, and no half of anything', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'couplet-faults-'));
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  for (const one of [from, to]) mkdirSync(one);
  const server = await FaultServer.prepare(from, ['storage: sqlite']);
  const other = await FaultServer.prepare(to, ['storage: sqlite']);
  try {
    await server.seed(ACCOUNTS);
    await server.start();
    const load = new Load({ port: server.port, accounts: ACCOUNTS, pause: 20, random: randomFrom(runSeed()) });
    await load.progress(300);
    const begin = load.history.length;
    await server.control('backup', join(folder, 'file'));
    expect(load.history.length).toBeGreaterThan(begin); // it was under load
    await load.finish();
    await server.end('SIGKILL');
    await load.ended();

    await other.control('restore', join(folder, 'file'));
    await other.start();
    // What was acknowledged or delivered later may be in it or not, as far as the backup is concerned.
    const before = load.history.filter(({ kind }, at) => at < begin || kind === 'sent' || kind === 'asked');
    const restored: HistoryEvent[] = [];
    for (let n = 0; n < ACCOUNTS; n++) await readBack(other.port, `u${n}`, (event) => restored.push(event));
    const verdict = check([...before, ...restored]);
    expect(verdict).toMatchObject({ ...CLEAN, refused: 0 });
    expect(verdict.acknowledged).toBeGreaterThanOrEqual(300);
  } finally {
    await server.end('SIGKILL');
    await other.end('SIGKILL');
    rmSync(folder, { recursive: true });
  }
}, 60_000);
