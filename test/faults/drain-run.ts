/** SIGTERM to a server that has a load and many idle clients. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check, type Verdict } from './checker.ts';
import { Crowd, accountsFor } from './crowd.ts';
import { Load } from './load.ts';
import { randomFrom } from './random.ts';
import { FaultServer } from './server-process.ts';
import { accepts } from '../support/ports.ts';

/** Accounts of the load, each with two clients. */
const WRITERS = 8;

/** What was seen. */
export interface DrainReport {
  readonly code: number | null;
  /** Milliseconds from the signal to the end of the process. */
  readonly time: number;
  /** How the sessions ended, and how many ended so: idle ones and those of the load. */
  readonly endings: Readonly<Record<string, number>>;
  /** Was a connection taken after the first client had been told? */
  readonly accepting: boolean;
  readonly verdict: Verdict;
}

/** Run it, on data of its own. */
export async function drain(clients: number, seed: number): Promise<DrainReport> {
  const folder = mkdtempSync(join(tmpdir(), 'couplet-faults-'));
  const server = await FaultServer.prepare(folder, ['storage: sqlite']);
  try {
    await server.seed(WRITERS + accountsFor(clients));
    await server.start();
    const crowd = await Crowd.gather(server.port, WRITERS, clients);
    const load = new Load({ port: server.port, accounts: WRITERS, pause: 20, random: randomFrom(seed) });
    await load.progress(200);
    const begin = performance.now();
    const [code, endings, accepting] = await Promise.all([
      server.end('SIGTERM'),
      crowd.endings(),
      crowd.first().then(() => accepts(server.port)),
    ]);
    const time = performance.now() - begin;
    const counts = new Map(load.endings);
    for (const how of endings) counts.set(how, (counts.get(how) ?? 0) + 1);
    await server.start();
    await load.progress(50);
    await load.finish();
    await server.end('SIGKILL');
    await load.ended();
    await server.start();
    await load.readBack();
    return { code, time, endings: Object.fromEntries(counts), accepting, verdict: check(load.history) };
  } finally {
    await server.end('SIGKILL');
    rmSync(folder, { recursive: true });
  }
}
