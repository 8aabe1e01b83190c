import { expect, it } from 'vitest';
import { type Binding, type ClusterBackend, type Entry, SessionFlag } from '../backend.ts';
import { type StartCluster, withCluster } from './cluster-under-test.ts';

const ALICE = 'alice@example.org';
const MAX = 16;

/** A session that has just been bound. */
function binding(sid: string, resource: string): Binding {
  return { sid, resource, priority: 0, flags: 0 };
}

/** Entries as `sid resource node`, sorted. */
async function seen(node: ClusterBackend, bare: string): Promise<string[]> {
  const entries = await node.lookup(bare);
  return entries.map((entry: Entry) => `${entry.sid} ${entry.resource} ${entry.node}`).sort();
}

/** Who is where: what one session after the other can expect. */
export function registryConformance(start: StartCluster): void {
  it('shows a bound session at every node as soon as bind has answered', () =>
    withCluster(start, ['a', 'b', 'c'], async (_, a, b, c) => {
      const flags = SessionFlag.available | SessionFlag.carbons;
      const result = await b.bind(ALICE, { sid: 's1', resource: 'phone', priority: -3, flags }, 'replace', MAX);
      expect(result).toEqual({ ok: true, replaced: undefined });
      for (const node of [a, b, c]) {
        const entries = await node.lookup(ALICE);
        expect(entries).toHaveLength(1);
        expect(entries[0]).toMatchObject({ sid: 's1', resource: 'phone', priority: -3, flags, node: b.self });
      }
      expect(await a.lookup('bob@example.org')).toEqual([]);
    }));

  it('shows the sessions that there are to a node that joins', () =>
    withCluster(start, ['a'], async (cluster, a) => {
      await a.bind(ALICE, binding('s1', 'phone'), 'replace', MAX);
      const b = await cluster.join('b');
      expect(await seen(b, ALICE)).toEqual([`s1 phone ${a.self}`]);
      await cluster.fence(b);
      await a.bind(ALICE, binding('s2', 'tablet'), 'replace', MAX);
      await cluster.rejoin(b);
      expect(await seen(b, ALICE)).toEqual([`s1 phone ${a.self}`, `s2 tablet ${a.self}`]);
    }));

  it('replaces the session that has the resource and returns its entry', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      await a.bind(ALICE, binding('old', 'phone'), 'replace', MAX);
      const [old] = await a.lookup(ALICE);
      const result = await b.bind(ALICE, binding('new', 'phone'), 'replace', MAX);
      expect(result).toEqual({ ok: true, replaced: old });
      expect(await seen(a, ALICE)).toEqual([`new phone ${b.self}`]);
      const [now] = await b.lookup(ALICE);
      expect(now?.version).toBeGreaterThan(old?.version ?? Infinity);
    }));

  it('refuses a taken resource where the policy is reject', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      await a.bind(ALICE, binding('old', 'phone'), 'reject', MAX);
      expect(await b.bind(ALICE, binding('new', 'phone'), 'reject', MAX)).toEqual({ ok: false, reason: 'conflict' });
      expect(await seen(b, ALICE)).toEqual([`old phone ${a.self}`]);
    }));

  it('binds the same session twice as once, and never to a second resource', () =>
    withCluster(start, ['a'], async (_, a) => {
      await a.bind(ALICE, binding('s1', 'phone'), 'reject', 1);
      expect(await a.bind(ALICE, binding('s1', 'phone'), 'reject', 1)).toEqual({ ok: true, replaced: undefined });
      expect(await a.bind(ALICE, binding('s1', 'tablet'), 'replace', MAX)).toEqual({ ok: false, reason: 'conflict' });
      expect(await seen(a, ALICE)).toEqual([`s1 phone ${a.self}`]);
    }));

  it('limits the sessions of an account, not those of others, and lets one be replaced at the limit', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      for (let i = 0; i < MAX; i++) {
        expect(await a.bind(ALICE, binding(`s${i}`, `r${i}`), 'replace', MAX)).toMatchObject({ ok: true });
      }
      expect(await b.bind(ALICE, binding('more', 'more'), 'replace', MAX)).toEqual({ ok: false, reason: 'limit' });
      expect(await b.bind(ALICE, binding('new', 'r0'), 'replace', MAX)).toMatchObject({ ok: true });
      expect(await b.bind('bob@example.org', binding('other', 'r'), 'replace', MAX)).toMatchObject({ ok: true });
      expect(await a.lookup(ALICE)).toHaveLength(MAX);
    }));

  it('updates priority and flags of a session that is still there', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      await a.bind(ALICE, binding('s1', 'phone'), 'replace', MAX);
      await a.bind(ALICE, binding('s2', 'tablet'), 'replace', MAX);
      const before = (await b.lookup(ALICE)).find((entry) => entry.sid === 's1');
      expect(await a.update(ALICE, 's1', 5, SessionFlag.available)).toBe(true);
      const after = (await b.lookup(ALICE)).find((entry) => entry.sid === 's1');
      expect(after).toMatchObject({ priority: 5, flags: SessionFlag.available, resource: 'phone', node: a.self });
      expect(after?.version).toBeGreaterThan(before?.version ?? Infinity);
      expect(before).toMatchObject({ priority: 0, flags: 0 }); // what was handed out stays as it was
      expect(await a.update(ALICE, 'unknown', 5, 0)).toBe(false);
      expect(await a.update('bob@example.org', 's1', 5, 0)).toBe(false);
    }));

  it('lets the clean-up of a replaced session not touch its successor', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      await a.bind(ALICE, binding('old', 'phone'), 'replace', MAX);
      await b.bind(ALICE, binding('new', 'phone'), 'replace', MAX);
      expect(await a.update(ALICE, 'old', 9, SessionFlag.detached)).toBe(false);
      expect(await a.unbind(ALICE, 'old')).toBe(false);
      expect(await a.swap(ALICE, 'old', { sid: 'resumed', priority: 0, flags: 0 })).toBe(false);
      expect(await seen(a, ALICE)).toEqual([`new phone ${b.self}`]);
    }));

  it('takes a session out once', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      await a.bind(ALICE, binding('s1', 'phone'), 'replace', MAX);
      await a.bind(ALICE, binding('s2', 'tablet'), 'replace', MAX);
      expect(await a.unbind(ALICE, 's1')).toBe(true);
      expect(await seen(b, ALICE)).toEqual([`s2 tablet ${a.self}`]);
      expect(await a.unbind(ALICE, 's1')).toBe(false);
      expect(await b.unbind(ALICE, 's2')).toBe(true);
      expect(await b.lookup(ALICE)).toEqual([]);
    }));

  it('moves a session to the node that resumes it; of two that try one wins', () =>
    withCluster(start, ['a', 'b', 'c'], async (_, a, b, c) => {
      await a.bind(ALICE, binding('old', 'phone'), 'replace', MAX);
      await a.update(ALICE, 'old', 1, SessionFlag.available | SessionFlag.detached);
      const next = { priority: 1, flags: SessionFlag.available };
      const won = await Promise.all([
        b.swap(ALICE, 'old', { sid: 'atB', ...next }),
        c.swap(ALICE, 'old', { sid: 'atC', ...next }),
      ]);
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await seen(a, ALICE)).toEqual([won[0] ? `atB phone ${b.self}` : `atC phone ${c.self}`]);
      expect((await a.lookup(ALICE))[0]).toMatchObject(next);
      expect(await a.unbind(ALICE, 'old')).toBe(false); // the old node cleans up late
      expect(await a.lookup(ALICE)).toHaveLength(1);
    }));

  it('swaps to the same sid, but not to one that another resource has', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      await a.bind(ALICE, binding('s1', 'phone'), 'replace', MAX);
      await a.bind(ALICE, binding('s2', 'tablet'), 'replace', MAX);
      expect(await b.swap(ALICE, 's1', { sid: 's1', priority: 2, flags: 0 })).toBe(true);
      expect(await b.swap(ALICE, 's1', { sid: 's2', priority: 2, flags: 0 })).toBe(false);
      expect(await seen(a, ALICE)).toEqual([`s1 phone ${b.self}`, `s2 tablet ${a.self}`]);
    }));

  it('looks up many accounts in the order asked', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      await a.bind(ALICE, binding('s1', 'phone'), 'replace', MAX);
      await b.bind('bob@example.org', binding('s2', 'phone'), 'replace', MAX);
      const answer = await a.lookupAll(['bob@example.org', 'nobody@example.org', ALICE, ALICE]);
      expect(answer.map((entries) => entries.map((entry) => entry.sid))).toEqual([['s2'], [], ['s1'], ['s1']]);
    }));

  it('forgets the sessions of a dead node everywhere, those alone, and gives their resources away', () =>
    withCluster(start, ['a', 'b', 'c'], async (cluster, a, b, c) => {
      await a.bind(ALICE, binding('s1', 'phone'), 'replace', MAX);
      await b.bind(ALICE, binding('s2', 'tablet'), 'replace', MAX);
      await b.bind('bob@example.org', binding('s3', 'phone'), 'replace', MAX);
      const seenAtLeave: string[][] = [];
      a.on('leave', () => void seen(a, ALICE).then((entries) => seenAtLeave.push(entries)));
      await cluster.crash(b);
      for (const node of [a, c]) {
        expect(await seen(node, ALICE)).toEqual([`s1 phone ${a.self}`]);
        expect(await node.lookup('bob@example.org')).toEqual([]);
      }
      expect(seenAtLeave).toEqual([[`s1 phone ${a.self}`]]);
      expect(await c.bind(ALICE, binding('s4', 'tablet'), 'reject', 2)).toEqual({ ok: true, replaced: undefined });
    }));

  it('forgets the sessions of a node that left', () =>
    withCluster(start, ['a', 'b'], async (cluster, a, b) => {
      await b.bind(ALICE, binding('s1', 'phone'), 'replace', MAX);
      await b.drain();
      await cluster.elapse(0);
      expect(await a.lookup(ALICE)).toEqual([]);
    }));

  it('takes the sessions of a fenced node back, except where somebody else came', () =>
    withCluster(start, ['a', 'b'], async (cluster, a, b) => {
      const phone = binding('s1', 'phone');
      const tablet = binding('s2', 'tablet');
      await b.bind(ALICE, phone, 'replace', MAX);
      await b.bind(ALICE, tablet, 'replace', MAX);
      await cluster.fence(b);
      await a.bind(ALICE, binding('s3', 'phone'), 'reject', MAX);
      await cluster.rejoin(b);
      const lost = await b.reassert([
        [ALICE, phone],
        [ALICE, { ...tablet, flags: SessionFlag.available }],
      ]);
      expect(lost).toEqual([[ALICE, phone]]);
      for (const node of [a, b]) {
        expect(await seen(node, ALICE)).toEqual([`s2 tablet ${b.self}`, `s3 phone ${a.self}`]);
      }
      expect((await a.lookup(ALICE)).find(({ sid }) => sid === 's2')?.flags).toBe(SessionFlag.available);
    }));

  it('shows nothing after it was lost', () =>
    withCluster(start, ['a', 'b'], async (cluster, a, b) => {
      await a.bind(ALICE, binding('s1', 'phone'), 'replace', MAX);
      const seenAtLoss: string[][] = [];
      for (const node of [a, b]) {
        node.on('registryLost', () => void seen(node, ALICE).then((entries) => seenAtLoss.push(entries)));
      }
      await cluster.loseRegistry();
      expect(seenAtLoss).toEqual([[], []]);
      expect(await a.unbind(ALICE, 's1')).toBe(false);
    }));

  it('is rebuilt by its nodes after it was lost', () =>
    withCluster(start, ['a', 'b'], async (cluster, a, b) => {
      const sessions = [a, b].map((node, i) => ({
        node,
        bare: `user${i}@example.org`,
        own: binding(`s${i}`, 'phone'),
      }));
      for (const { node, bare, own } of sessions) await node.bind(bare, own, 'replace', MAX);
      const rebuilt: Promise<unknown>[] = [];
      for (const { node, bare, own } of sessions) {
        node.on('registryLost', () => rebuilt.push(Promise.resolve(node.reassert([[bare, own]]))));
      }
      await cluster.loseRegistry();
      expect(await Promise.all(rebuilt)).toEqual([[], []]);
      expect(await seen(b, 'user0@example.org')).toEqual([`s0 phone ${a.self}`]);
      expect(await seen(a, 'user1@example.org')).toEqual([`s1 phone ${b.self}`]);
    }));

  it('changes nothing when what is there is asserted again, and what differs when it differs', () =>
    withCluster(start, ['a'], async (_, a) => {
      await a.bind(ALICE, binding('s1', 'phone'), 'replace', MAX);
      const before = await a.lookup(ALICE);
      expect(await a.reassert([[ALICE, binding('s1', 'phone')]])).toEqual([]);
      expect(await a.lookup(ALICE)).toEqual(before);
      const changed = { ...binding('s1', 'phone'), priority: 7, flags: SessionFlag.available };
      expect(await a.reassert([[ALICE, changed]])).toEqual([]);
      expect(await a.lookup(ALICE)).toMatchObject([changed]);
    }));

  it('takes any text as account, resource and session id (S117)', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      const texts = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', ' ', '|', 'ü😀'];
      for (const text of texts) {
        expect(await a.lookup(text)).toEqual([]);
        for (const [i, resource] of texts.entries()) {
          await a.bind(text, binding(`${i}${text}`, resource), 'reject', MAX);
        }
      }
      for (const text of texts) {
        expect(await seen(b, text)).toEqual(texts.map((resource, i) => `${i}${text} ${resource} ${a.self}`).sort());
      }
    }));
}
