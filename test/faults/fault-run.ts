/** A whole server under load, struck by faults again and again; then everything is read back and judged. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultProxy } from '../support/faultproxy.ts';
import { FSYNC, TestPostgres } from '../support/postgres.ts';
import { check, type Verdict } from './checker.ts';
import { Load } from './load.ts';
import { plan, strike, type Database, type FaultKind } from './nemesis.ts';
import { randomFrom } from './random.ts';
import { FaultServer } from './server-process.ts';

/** What to do. */
export interface FaultRunOptions {
  readonly driver: 'sqlite' | 'postgresql';
  readonly kinds: readonly FaultKind[];
  readonly times: number;
  readonly seed: number;
  /** Most milliseconds before a fault, and of one; 1000 unless told otherwise. */
  readonly longest?: number;
  /** Accounts that write, and accounts there are. */
  readonly accounts?: number;
  readonly seeded?: number;
  /** Milliseconds between two bursts of a client. */
  readonly pause?: number;
}

/** What it showed. */
export interface FaultReport extends Verdict {
  /** Messages and changes sent, again or not. */
  readonly sent: number;
  /** Median of milliseconds from the start of the process until it takes connections. */
  readonly restart: number;
  readonly problems: readonly string[];
}

/** Run it, on data of its own. */
export async function faultRun(options: FaultRunOptions): Promise<FaultReport> {
  const { driver, kinds, times, seed, longest = 1000, accounts = 8, seeded = accounts, pause = 40 } = options;
  const folder = mkdtempSync(join(tmpdir(), 'couplet-faults-'));
  const random = randomFrom(seed);
  const faults = plan({ kinds, times, longest, random });
  const database = driver === 'postgresql' ? await startDatabase() : undefined;
  const server = await FaultServer.prepare(folder, database === undefined ? ['storage: sqlite'] : storage(database));
  try {
    await server.seed(seeded);
    await server.start();
    const load = new Load({ port: server.port, accounts, pause, random });
    const problems: string[] = [];
    for (const fault of faults) problems.push(...(await strike(fault, { server, load, database })));
    await load.finish();
    await server.end('SIGKILL');
    await load.ended();
    await server.start();
    await load.readBack();
    if ((await server.end('SIGTERM')) !== 0) problems.push('the last end was not a good one');
    const sent = load.history.filter(({ kind }) => kind === 'sent' || kind === 'asked').length;
    return { ...check(load.history), sent, restart: median(server.starts.slice(1)), problems };
  } finally {
    await server.end('SIGKILL');
    await database?.proxy.close();
    await database?.server.remove();
    rmSync(folder, { recursive: true });
  }
}

/** One line for the log of a run. */
export function summary({ driver, kinds, times, seed, seeded }: FaultRunOptions, report: FaultReport): string {
  const { sent, acknowledged, refused, lost, torn, doubled, reordered, foreign, updates, restart } = report;
  const database = driver === 'postgresql' ? `${driver} (fsync ${FSYNC})` : driver;
  const what = `${database}: ${times} x ${kinds.join('/')}${seeded === undefined ? '' : `, ${seeded} accounts`}, seed ${seed}`;
  const found = { lost, torn, doubled, reordered, foreign, updates };
  const counts = Object.entries(found).map(([name, list]) => `${name} ${list.length}`);
  return [
    what,
    `sent ${sent}, acknowledged ${acknowledged}, refused ${refused}, ${counts.join(', ')}, restart ${Math.round(restart)} ms`,
  ].join(': ');
}

async function startDatabase(): Promise<Database> {
  const server = await TestPostgres.start();
  return { server, proxy: await FaultProxy.start(server.port) };
}

function storage({ proxy }: Database): string[] {
  const place = `host: 127.0.0.1, port: ${proxy.port}, database: postgres, username: postgres`;
  return ['storage: postgresql', `sql: {driver: PostgreSQL, ${place}}`];
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
}
