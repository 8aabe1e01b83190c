import { expect, it } from 'vitest';
import { type Binding, ClusterUnavailable, type NodeId } from '../backend.ts';
import { type StartCluster, withCluster } from './cluster-under-test.ts';

/** Membership: who is there, who hears of it, what a node may do that is no member. */
export function memberConformance(start: StartCluster): void {
  it('shows a node alone to itself', () =>
    withCluster(start, ['a'], async (_, a) => {
      expect([...a.members()]).toEqual([a.self]);
      expect(a.leaseOk()).toBe(true);
    }));

  it('tells of nodes that join and leave, and shows the same members everywhere', () =>
    withCluster(start, ['a'], async (cluster, a) => {
      const heard: string[] = [];
      a.on('join', (node) => heard.push(`join ${node}`));
      const silence = a.on('leave', () => heard.push('not to be heard'));
      a.on('leave', (node) => heard.push(`leave ${node}`));
      silence();
      const b = await cluster.join('b');
      const c = await cluster.join('c');
      const all = new Set([a.self, b.self, c.self]);
      for (const node of [a, b, c]) expect(node.members()).toEqual(all);
      await cluster.crash(b);
      expect(c.members()).toEqual(new Set([a.self, c.self]));
      await c.drain();
      await cluster.elapse(0);
      expect(heard).toEqual([`join ${b.self}`, `join ${c.self}`, `leave ${b.self}`, `leave ${c.self}`]);
      expect(a.members()).toEqual(new Set([a.self]));
    }));

  it('calls a listener as often as it was added, until it is taken away', () =>
    withCluster(start, ['a'], async (cluster, a) => {
      let heard = 0;
      const listener = (): void => void heard++;
      const first = a.on('join', listener);
      a.on('join', listener);
      await cluster.join('b');
      expect(heard).toBe(2);
      first();
      first();
      await cluster.join('c');
      expect(heard).toBe(3);
    }));

  it('tells a dead node nothing', () =>
    withCluster(start, ['a', 'b', 'c'], async (cluster, _, b, c) => {
      const alive: boolean[] = [];
      b.on('leave', () => alive.push(b.leaseOk()));
      b.on('join', () => alive.push(b.leaseOk()));
      await Promise.all([cluster.crash(c), cluster.crash(b)]);
      await cluster.join('d');
      expect(alive).not.toContain(false); // it may have heard of c before it died
    }));

  it('never gives an id twice', () =>
    withCluster(start, ['a', 'b'], async (cluster, a, b) => {
      const ids = new Set([a.self, b.self]);
      await cluster.crash(b);
      ids.add((await cluster.join('b')).self);
      await cluster.fence(a);
      await cluster.rejoin(a);
      ids.add(a.self);
      expect(ids.size).toBe(4);
      for (const id of ids) expect(id).toMatch(/^[ab]#/);
    }));

  it('lets a node that has left change nothing', () =>
    withCluster(start, ['a', 'b'], async (cluster, a, b) => {
      const first = b.drain();
      await Promise.all([first, b.drain()]);
      await cluster.elapse(0);
      expect(b.leaseOk()).toBe(false);
      expect(b.members().has(b.self)).toBe(false);
      const binding: Binding = { sid: 's1', resource: 'r', priority: 0, flags: 0 };
      await expect((async () => b.bind('u@example.org', binding, 'replace', 16))()).rejects.toThrow(ClusterUnavailable);
      await expect((async () => b.claim('room'))()).rejects.toThrow(ClusterUnavailable);
      await expect((async () => b.put('k', 'f', 'v'))()).rejects.toThrow(ClusterUnavailable);
      expect(await a.lookup('u@example.org')).toEqual([]);
      expect(await a.claim('room')).toMatchObject({ mine: true });
    }));

  it('treats a fenced node as dead until it comes back under another id', () =>
    withCluster(start, ['a', 'b'], async (cluster, a, b) => {
      const heard: string[] = [];
      const old = b.self;
      a.on('leave', (node: NodeId) => heard.push(`leave ${node}`));
      a.on('join', (node: NodeId) => heard.push(`join ${node}`));
      b.on('fenced', (node: NodeId) => heard.push(`fenced ${node}`));
      b.on('rejoined', (node: NodeId) => heard.push(`rejoined ${node}`));
      await cluster.fence(b);
      expect(b.leaseOk()).toBe(false);
      expect(a.members()).toEqual(new Set([a.self]));
      await cluster.rejoin(b);
      expect(b.leaseOk()).toBe(true);
      expect(b.self).not.toBe(old);
      expect(a.members()).toEqual(new Set([a.self, b.self]));
      expect(b.members()).toEqual(a.members());
      expect(heard).toContain(`fenced ${old}`);
      expect(heard.filter((event) => !event.startsWith('fenced'))).toEqual(
        expect.arrayContaining([`leave ${old}`, `join ${b.self}`, `rejoined ${b.self}`]),
      );
      expect(heard).toHaveLength(4);
    }));
}
