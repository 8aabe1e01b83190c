/** Scenarios that measure what a stanza costs. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoginOptions } from '../load/connection.ts';
import type { Traffic } from '../load/traffic.ts';
import { faults, plain, type Figures, type Place, type Scenario } from './scenario.ts';

/** Logins at a time while nothing is measured. */
const PARALLEL = 20;

/** Milliseconds for what is under way when a load ends. */
const PATIENCE = 15_000;

/** Milliseconds between looks at the load. */
const LOOK = 20;

/** One kind of load. */
interface Description {
  readonly name: string;
  readonly summary: string;
  readonly traffic: Traffic;
  /** How sessions differ from plain ones. */
  readonly login?: Partial<LoginOptions>;
  /** Sessions besides the users. */
  readonly besides?: number;
  /** Contacts subscribe to the presence of the first session. */
  readonly befriended?: boolean;
  /** Stanzas for each user, before and in what is measured, at most: archives are not to grow without end. */
  readonly most?: readonly [warmUp: number, measured: number];
}

/** A scenario of that load: CPU µs for each stanza that comes, rate, latency, faults. */
export function trafficScenario(description: Description): Scenario {
  const {
    name,
    summary,
    traffic,
    login = {},
    besides = 0,
    befriended = false,
    most = [Infinity, Infinity],
  } = description;
  return {
    name,
    summary,
    async run(place): Promise<Figures> {
      const { load, clock, scale } = place;
      await load.open(0, scale.users + besides, PARALLEL, { ...plain(place.port), ...login });
      if (befriended) await load.befriend();
      await load.run(traffic);
      await passed(place, scale.warmUp, most[0] * scale.users);
      await load.mark();
      const before = clock.read();
      await passed(place, scale.window, most[1] * scale.users);
      const { received, duration, p50, p99 } = await load.mark();
      const spent = clock.read() - before;
      const outcome = await load.finish(PATIENCE);
      if (received === 0) throw new Error('nothing came');
      return {
        cpu: (spent * 1000) / received,
        rate: (received * 1000) / duration,
        p50,
        p99,
        received,
        ...faults(outcome),
      };
    },
  };
}

/** Until that time, or that many stanzas, have passed since the last mark. */
async function passed({ load }: Place, milliseconds: number, stanzas: number): Promise<void> {
  const deadline = performance.now() + milliseconds;
  if (stanzas === Infinity) return sleep(milliseconds);
  while (performance.now() < deadline && (await load.look()).received < stanzas) await sleep(LOOK);
}
