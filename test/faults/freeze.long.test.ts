/** `FREEZE` is how many seconds the process does not run, 30 unless told otherwise. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openStream } from '../support/dialogue/login.ts';
import { XClient } from '../support/xclient.ts';
import { CLEAN, check } from './checker.ts';
import { Crowd, accountsFor } from './crowd.ts';
import { Load } from './load.ts';
import { randomFrom, runSeed } from './random.ts';
import { DOMAIN, FaultServer } from './server-process.ts';

const seconds = Number(process.env['FREEZE'] ?? 30);

const WRITERS = 8;
const IDLE = 200;
const STRANGERS = 50;

test(`R4: frozen for ${seconds} s under load: it goes on, no deadline passes meanwhile, nothing is lost`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'couplet-faults-'));
  // Those who log in have less time than it is frozen.
  const server = await FaultServer.prepare(folder, ['storage: sqlite'], ['c2s_timeout: 20']);
  try {
    await server.seed(WRITERS + accountsFor(IDLE));
    await server.start();
    const crowd = await Crowd.gather(server.port, WRITERS, IDLE);
    const load = new Load({ port: server.port, accounts: WRITERS, pause: 20, random: randomFrom(runSeed()) });
    await load.progress(200);
    const strangers = await Promise.all(Array.from({ length: STRANGERS }, () => XClient.connect(server.port)));
    for (const stranger of strangers) await openStream(stranger, DOMAIN);
    server.signal('SIGSTOP');
    await sleep(seconds * 1000);
    server.signal('SIGCONT');
    const begin = performance.now();
    await load.progress(50, 30_000);
    const healed = performance.now() - begin;
    const cut = strangers.filter(({ closed }) => closed).length;
    await load.progress(1000, 60_000);
    const open = await crowd.open();
    for (const stranger of strangers) stranger.destroy();
    const endings = Object.fromEntries(load.endings);
    crowd.leave();
    await load.finish();
    await server.end('SIGKILL');
    await load.ended();
    await server.start();
    await load.readBack();
    const verdict = check(load.history);
    const figures = { healed: Math.round(healed), idle: open, strangersCut: cut, endings };
    process.stdout.write(`R4: ${JSON.stringify({ ...figures, acknowledged: verdict.acknowledged })}\n`);
    expect(verdict).toMatchObject({ ...CLEAN, refused: 0 });
    expect({ open, cut, endings }).toEqual({ open: IDLE, cut: 0, endings: {} });
    expect(healed).toBeLessThan(5000);
  } finally {
    server.signal('SIGCONT');
    await server.end('SIGKILL');
    rmSync(folder, { recursive: true });
  }
}, 300_000);
