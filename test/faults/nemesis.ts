/** Faults in an order that a seed brings back. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultProxy } from '../support/faultproxy.ts';
import type { TestPostgres } from '../support/postgres.ts';
import type { Load } from './load.ts';
import type { FaultServer } from './server-process.ts';

/** What can be done to a server. Those of the database need one behind a proxy. */
export type FaultKind = 'kill' | 'freeze' | 'drain' | 'database-restart' | 'database-stall' | 'database-cut';

/** One fault. */
export interface Fault {
  readonly kind: FaultKind;
  /** Milliseconds of load before it. */
  readonly after: number;
  /** Milliseconds it lasts, where it lasts. */
  readonly lasting: number;
}

/** How often and how long. */
export interface PlanOptions {
  readonly kinds: readonly FaultKind[];
  readonly times: number;
  /** Most milliseconds before a fault, and of one. */
  readonly longest: number;
  readonly random: () => number;
}

/** Acknowledgements that show that the load is under way again. */
const UNDER_WAY = 20;

/** Faults, all of them from `random`. */
export function plan({ kinds, times, longest, random }: PlanOptions): Fault[] {
  return Array.from({ length: times }, () => {
    const kind = kinds[Math.floor(random() * kinds.length)];
    if (kind === undefined) throw new Error('no kind of fault to choose from');
    return { kind, after: Math.round(random() * longest), lasting: Math.round(random() * longest) };
  });
}

/** The PostgreSQL server of a run, and what stands before it. */
export interface Database {
  readonly server: TestPostgres;
  readonly proxy: FaultProxy;
}

/** Where a fault strikes. */
export interface Target {
  readonly server: FaultServer;
  readonly load: Load;
  readonly database?: Database | undefined;
}

/**
 * Let the load get under way, strike, and put everything right again.
 * @returns what went wrong besides, such as an exit code
 */
export async function strike({ kind, after, lasting }: Fault, { server, load, database }: Target): Promise<string[]> {
  await load.progress(UNDER_WAY);
  await sleep(after);
  switch (kind) {
    case 'kill':
      await server.end('SIGKILL');
      await server.start();
      return [];
    case 'drain': {
      const code = await server.end('SIGTERM');
      await server.start();
      return code === 0 ? [] : [`a drained server ended with ${String(code)}`];
    }
    case 'freeze':
      server.signal('SIGSTOP');
      await sleep(lasting);
      server.signal('SIGCONT');
      return [];
    default:
  }
  if (database === undefined) throw new Error(`${kind} needs a database`);
  if (kind === 'database-cut') database.proxy.cut();
  else if (kind === 'database-stall') {
    database.proxy.stall();
    await sleep(lasting);
    database.proxy.stall(false);
  } else {
    await database.server.crash();
    await sleep(lasting);
    await database.server.run();
  }
  return [];
}
