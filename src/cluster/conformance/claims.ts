import { expect, it } from 'vitest';
import { type StartCluster, withCluster } from './cluster-under-test.ts';

/** Ownership. */
export function claimConformance(start: StartCluster): void {
  it('gives a thing to the first that asks, and says so to the others', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      const mine = await a.claim('room');
      expect(mine).toMatchObject({ owner: a.self, mine: true });
      expect(await b.claim('room')).toEqual({ ...mine, mine: false });
      expect(await b.claim('__proto__')).toMatchObject({ owner: b.self, mine: true });
    }));

  it('lets one win when several ask at the same time', () =>
    withCluster(start, ['a', 'b', 'c'], async (_, a, b, c) => {
      const claims = await Promise.all([a, b, c, a].map(async (node) => node.claim('room')));
      const winner = claims.find((claim) => claim.mine);
      for (const claim of claims) expect(claim).toMatchObject({ owner: winner?.owner, epoch: winner?.epoch });
      expect(claims.filter((claim, i) => claim.mine !== ([a, b, c, a][i]?.self === winner?.owner))).toEqual([]);
    }));

  it('keeps the epoch for its owner and raises it when it is taken anew', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      const first = await a.claim('room');
      expect(await a.claim('room')).toEqual(first);
      expect(await a.release('room', first.epoch)).toBe(true);
      const second = await b.claim('room');
      expect(second).toMatchObject({ owner: b.self, mine: true });
      expect(second.epoch).toBeGreaterThan(first.epoch);
      await b.release('room', second.epoch);
      expect((await b.claim('room')).epoch).toBeGreaterThan(second.epoch);
    }));

  it('is released only by its owner, with its epoch', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      const old = await a.claim('room');
      await a.release('room', old.epoch);
      const now = await a.claim('room');
      expect(await a.release('room', old.epoch)).toBe(false); // the late release of an earlier ownership
      expect(await b.release('room', now.epoch)).toBe(false);
      expect(await b.claim('room')).toMatchObject({ owner: a.self, mine: false });
      expect(await a.release('nothing', 1)).toBe(false);
    }));

  it('lapses after its time unless renewed', () =>
    withCluster(start, ['a', 'b'], async (cluster, a, b) => {
      const first = await a.claim('sweep', 400);
      await cluster.elapse(300);
      expect(await a.claim('sweep', 400)).toEqual(first);
      await cluster.elapse(300);
      expect(await b.claim('sweep')).toMatchObject({ owner: a.self });
      await cluster.elapse(200);
      expect(await a.release('sweep', first.epoch)).toBe(false);
      const second = await b.claim('sweep', 400);
      expect(second).toMatchObject({ owner: b.self, mine: true });
      expect(second.epoch).toBeGreaterThan(first.epoch);
      await cluster.elapse(500);
      expect((await b.claim('sweep')).epoch).toBeGreaterThan(second.epoch); // it might have had another owner between
    }));

  it('stays with its owner when another node dies', () =>
    withCluster(start, ['a', 'b', 'c'], async (cluster, a, b, c) => {
      const claim = await a.claim('room');
      await cluster.crash(b);
      expect(await c.claim('room')).toEqual({ ...claim, mine: false });
    }));

  it('passes from a dead or fenced node to the next that asks', () =>
    withCluster(start, ['a', 'b'], async (cluster, a, b) => {
      const first = await b.claim('room');
      await cluster.fence(b);
      const second = await a.claim('room');
      expect(second).toMatchObject({ owner: a.self, mine: true });
      expect(second.epoch).toBeGreaterThan(first.epoch);
      await cluster.rejoin(b);
      expect(await b.claim('room')).toEqual({ ...second, mine: false });
      await cluster.crash(a);
      expect(await b.claim('room')).toMatchObject({ owner: b.self, mine: true });
    }));
}
