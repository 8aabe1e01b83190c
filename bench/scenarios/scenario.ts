/** What every scenario has to do with: a server of its own, a load process of its own, how much to do. */
import type { Outcome } from '../load/commands.ts';
import type { LoginOptions } from '../load/connection.ts';
import type { Load } from '../load/load.ts';
import type { CpuClock, Memory } from '../servers/process-cost.ts';

/** How much is done. Times in milliseconds. */
export interface Scale {
  /** Sessions that send. An even number. */
  readonly users: number;
  /** Sessions that log in, and stay. An even number. */
  readonly connections: number;
  /** Time of a load before it is measured, and measured, at most. */
  readonly warmUp: number;
  readonly window: number;
  /** Time in which a server comes to rest. */
  readonly rest: number;
}

/** Where a scenario takes place. */
export interface Place {
  readonly port: number;
  readonly clock: CpuClock;
  /** Memory of the server now. */
  readonly memory: () => Memory;
  readonly load: Load;
  readonly scale: Scale;
}

/** Figures by name: see `ROWS` for their units. */
export type Figures = Readonly<Record<string, number>>;

/** Something that is measured. */
export interface Scenario {
  readonly name: string;
  readonly summary: string;
  run(place: Place): Promise<Figures>;
}

/** A login in clear with SCRAM-SHA-1, and nothing else. */
export function plain(port: number): LoginOptions {
  return { port, security: 'none', mechanism: 'SCRAM-SHA-1', carbons: false, acks: false };
}

/** What must not happen, as figures. */
export function faults({ lost, doubled, reordered, strange, dropped }: Outcome): Figures {
  return { lost, doubled, reordered, strange, dropped };
}
