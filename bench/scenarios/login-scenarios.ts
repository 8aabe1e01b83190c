/** Scenarios that measure logins, and what the connections need that stay. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoginOptions } from '../load/connection.ts';
import type { Traffic } from '../load/traffic.ts';
import type { Memory } from '../servers/process-cost.ts';
import { faults, plain, type Figures, type Place, type Scenario } from './scenario.ts';

/** Logins at a time. */
const PARALLEL = 50;

/** Of PLAIN, which may take 20 ms each. */
const PASSWORDS = 400;

/** Milliseconds for the traffic that goes before the last look at memory. */
const PATIENCE = 60_000;

/** SCRAM in clear; the connections stay, and leave. */
export const login: Scenario = {
  name: 'login',
  summary: 'logins with SCRAM-SHA-1 in clear; memory and CPU time of the connections while they are idle',
  async run(place) {
    const empty = await rested(place);
    const figures = await loginsAndIdle(place, plain(place.port), empty);
    await place.load.close();
    const left = await rested(place);
    return { ...figures, empty: empty.resident / 1000, left: left.resident / 1000 };
  },
};

/** The same over STARTTLS, and after some traffic. */
export const loginTls: Scenario = {
  name: 'login-tls',
  summary: 'logins with SCRAM-SHA-1 over STARTTLS; memory of the connections, idle and after traffic',
  async run(place) {
    const { load, scale } = place;
    const empty = await rested(place);
    const figures = await loginsAndIdle(place, { ...plain(place.port), security: 'starttls' }, empty);
    const traffic = (length: number, limit: number): Traffic => ({
      kind: 'chat',
      type: 'headline',
      window: 1,
      length,
      limit,
    });
    for (const load of [traffic(300, 200), traffic(20_000, 1)]) {
      const done = await complete(place, load);
      if (!done) return figures;
    }
    const memory = await rested(place);
    return {
      ...figures,
      afterTraffic: (memory.proportional - empty.proportional) / scale.connections,
      ...faults(await load.finish(0)),
    };
  },
};

/** The password itself, which the server has to hash: for the first time, and again. */
export const password: Scenario = {
  name: 'password',
  summary: 'logins with PLAIN in clear against stored SCRAM keys of 4096 iterations, each account twice',
  async run(place) {
    const options: LoginOptions = { ...plain(place.port), mechanism: 'PLAIN' };
    const count = Math.min(PASSWORDS, place.scale.connections);
    await warmUp(place, { ...options, mechanism: 'SCRAM-SHA-1' });
    const cold = await logins(place, count, options);
    await place.load.close();
    await sleep(place.scale.rest);
    const warm = await logins(place, count, options);
    return { cold, warm };
  },
};

/** CPU ms a login, then memory (kB) and CPU time (ms a second) of a connection that is idle. */
async function loginsAndIdle(place: Place, options: LoginOptions, empty: Memory): Promise<Figures> {
  const { scale, clock } = place;
  await warmUp(place, options);
  const started = performance.now();
  const cpu = await logins(place, scale.connections, options);
  const rate = (scale.connections * 1000) / (performance.now() - started);
  const memory = await rested(place);
  const before = clock.read();
  await sleep(scale.window);
  const idle = ((clock.read() - before) * 1000) / scale.window;
  return { cpu, rate, memory: (memory.proportional - empty.proportional) / scale.connections, idle };
}

/** What runs for the first time is slow: accounts that are not measured log in and leave. */
async function warmUp({ load, scale }: Place, options: LoginOptions): Promise<void> {
  await load.open(scale.connections, scale.users, PARALLEL, options);
  await load.close();
  await sleep(scale.rest / 4);
}

/** CPU ms of each of that many logins. */
async function logins({ load, clock }: Place, count: number, options: LoginOptions): Promise<number> {
  const before = clock.read();
  await load.open(0, count, PARALLEL, options);
  return (clock.read() - before) / count;
}

/** Memory when nothing has happened for a while. */
async function rested({ memory, scale }: Place): Promise<Memory> {
  await sleep(scale.rest);
  return memory();
}

/** Run a load that has an end. @returns whether it came to it */
async function complete({ load, scale }: Place, traffic: Traffic): Promise<boolean> {
  const total = scale.connections * (traffic.kind === 'chat' ? (traffic.limit ?? 0) : 0);
  await load.run(traffic);
  const deadline = performance.now() + PATIENCE;
  while ((await load.look()).received < total) {
    if (performance.now() > deadline) return false;
    await sleep(100);
  }
  return true;
}
