import { describe, expect, it } from 'vitest';
import type { FrameKind, Reply } from '../backend.ts';
import { SimulatedCluster } from './simulated-cluster.ts';
import { runLogin, runRoom } from './scenarios.ts';

const COUNT: FrameKind<number> = { id: 1, name: 'test/count', encode: String, decode: Number };
const OK: Reply = { type: 'ok', body: '' };
const SEEDS = Array.from({ length: 40 }, (_, seed) => seed);

describe('SimulatedCluster', () => {
  it('repeats a history with its seed, and has another with another', async () => {
    const runs = await Promise.all([7, 7, 8].map((seed) => runRoom(seed)));
    const [first, same, other] = runs.map((run) => JSON.stringify([run.lines, [...run.accepted]]));
    expect(same).toBe(first);
    expect(other).not.toBe(first);
  });

  it('shows a change to other nodes only after a while, and answers it when all have seen it', async () => {
    const stale = new Set<boolean>();
    for (const seed of SEEDS) {
      const cluster = new SimulatedCluster({ seed });
      const nodes = [cluster.join('a'), cluster.join('b'), cluster.join('c')];
      const [a] = nodes;
      const own = { sid: 's1', resource: 'r', priority: 0, flags: 0 };
      let answered = false;
      void Promise.resolve(a?.bind('u@example.org', own, 'replace', 16)).then(() => (answered = true));
      while (!answered) {
        stale.add(new Set(nodes.map((node) => node.lookup('u@example.org').length)).size > 1);
        await new Promise((resolve) => setImmediate(resolve));
      }
      for (const node of nodes) expect(node.lookup('u@example.org')).toHaveLength(1);
    }
    expect(stale).toContain(true);
  });

  it('delays frames from several nodes differently', async () => {
    const orders = new Set<string>();
    for (const seed of SEEDS) {
      const cluster = new SimulatedCluster({ seed });
      const [a, b, c] = [cluster.join('a'), cluster.join('b'), cluster.join('c')];
      const order: string[] = [];
      c.handle(COUNT, (from) => {
        order.push(from[0] ?? '');
        return OK;
      });
      a.send(c.self, COUNT, 1);
      b.send(c.self, COUNT, 1);
      await cluster.idle();
      orders.add(order.join(''));
    }
    expect(orders).toEqual(new Set(['ab', 'ba']));
  });

  it('answers some calls gone without handling them, and loses no frame', async () => {
    const cluster = new SimulatedCluster({ seed: 1, gone: 0.3 });
    const [a, b] = [cluster.join('a'), cluster.join('b')];
    let handled = 0;
    b.handle(COUNT, () => {
      handled++;
      return OK;
    });
    const calls = await Promise.all(Array.from({ length: 200 }, () => a.call(b.self, COUNT, 1)));
    const gone = calls.filter(({ type }) => type === 'gone').length;
    expect(gone).toBeGreaterThan(30);
    expect(gone).toBeLessThan(90);
    expect(handled).toBe(200 - gone);
    for (let i = 0; i < 200; i++) a.send(b.self, COUNT, 1);
    await cluster.idle();
    expect(handled).toBe(400 - gone);
  });

  it('lets the answer to a claim travel, so that it can be out of date when it comes', async () => {
    let outdated = 0;
    for (const seed of SEEDS) {
      const cluster = new SimulatedCluster({ seed });
      const [a, b] = [cluster.join('a'), cluster.join('b')];
      let answered = false;
      const asked = Promise.resolve(a.claim('room')).finally(() => (answered = true));
      for (let turn = cluster.pick(4); turn >= 0; turn--) await new Promise((resolve) => setImmediate(resolve));
      if (answered) continue;
      cluster.moveClaim('room', b);
      if ((await asked).mine) outdated++;
    }
    expect(outdated).toBeGreaterThan(0);
    expect(outdated).toBeLessThan(SEEDS.length);
  });

  it('moves a claim without a word, under a higher epoch', async () => {
    const cluster = new SimulatedCluster({ seed: 1 });
    const [a, b] = [cluster.join('a'), cluster.join('b')];
    const old = await a.claim('room');
    cluster.moveClaim('room', b);
    const now = await a.claim('room');
    expect(now).toMatchObject({ owner: b.self, mine: false });
    expect(now.epoch).toBeGreaterThan(old.epoch);
    expect(await a.release('room', old.epoch)).toBe(false);
  });
});

describe('what can be built on it', () => {
  it('keeps one history of a room while owners change, nodes die and calls fail', async () => {
    let refused = 0;
    for (const seed of SEEDS) {
      const run = await runRoom(seed);
      refused += run.refused;
      const ids = run.lines.map((line) => line.id);
      expect(new Set(ids).size).toBe(ids.length);
      const epochs = run.lines.map((line) => line.epoch);
      expect(epochs).toEqual(epochs.toSorted((one, other) => one - other));
      for (const [sender, accepted] of run.accepted) {
        const own = ids.filter((id) => id.startsWith(`${sender}/`));
        expect(own.slice(0, accepted.length)).toEqual(accepted);
        expect(own.length - accepted.length).toBeLessThanOrEqual(1); // in, but its sender died before it heard
      }
      expect([...run.accepted.values()].filter((accepted) => accepted.length === 20)).not.toHaveLength(0);
    }
    expect(refused).toBeGreaterThan(0); // the fence was needed
  });

  it('misses no message that is sent while its recipient logs in', async () => {
    let live = 0;
    let fetched = 0;
    for (const seed of SEEDS) {
      const run = await runLogin(seed);
      expect(new Set(run.got)).toEqual(new Set(run.sent));
      live += run.live;
      fetched += run.got.length - run.live;
    }
    expect(live).toBeGreaterThan(0);
    expect(fetched).toBeGreaterThan(0);
  });
});
