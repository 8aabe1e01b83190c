import { describe, expect, it } from 'vitest';
import { Backpressure, type Binding, type FrameKind, type Reply } from '../backend.ts';
import { VirtualClock } from '../simulation/virtual-clock.ts';
import { FaultyCluster } from '../simulation/faulty-cluster.ts';
import type { MemoryBackend } from './memory-backend.ts';
import { MemoryCluster } from './memory-cluster.ts';
import { memoryConformance } from '../simulation/memory-conformance.ts';

const ignore = (): void => {};

memoryConformance(100, 50);

describe('a node alone', () => {
  const bare = 'alice@example.org';
  const own: Binding = { sid: 's1', resource: 'phone', priority: 0, flags: 0 };

  function alone(): MemoryBackend {
    return new MemoryCluster({ clock: new VirtualClock(), report: ignore }).join('main');
  }

  it('answers at once, without a promise', () => {
    const node = alone();
    expect(node.bind(bare, own, 'replace', 16)).toEqual({ ok: true, replaced: undefined });
    expect(node.update(bare, 's1', 1, 1)).toBe(true);
    expect(node.swap(bare, 's1', { sid: 's2', priority: 1, flags: 1 })).toBe(true);
    expect(node.lookup(bare)).toMatchObject([{ sid: 's2', priority: 1 }]);
    expect(node.unbind(bare, 's2')).toBe(true);
    expect(node.claim('room')).toMatchObject({ mine: true });
    expect(node.put('key', 'field', 'value')).toBeUndefined();
    expect(node.get('key')).toEqual(new Map([['field', 'value']]));
  });

  it('looks up without copying, and hands out nothing that could be changed', () => {
    const node = alone();
    expect(node.bind(bare, own, 'replace', 16)).toMatchObject({ ok: true });
    const entries = node.lookup(bare);
    expect(node.lookup(bare)).toBe(entries);
    expect(Object.isFrozen(entries)).toBe(true);
    expect(entries.every((entry) => Object.isFrozen(entry))).toBe(true);
    expect(node.lookup('a@example.org')).toBe(node.lookup('b@example.org'));
    expect(Object.isFrozen(node.lookup('a@example.org'))).toBe(true);
  });

  it('keeps nothing of accounts without sessions', () => {
    const node = alone();
    for (let i = 0; i < 100; i++) {
      expect(node.bind(`${i}@example.org`, own, 'replace', 16)).toMatchObject({ ok: true });
    }
    for (let i = 0; i < 100; i++) expect(node.unbind(`${i}@example.org`, 's1')).toBe(true);
    expect(node.lookup('7@example.org')).toBe(node.lookup(bare));
  });
});

describe('reports', () => {
  const kind: FrameKind<string> = { id: 1, name: 'test/report', encode: (head) => head, decode: (text) => text };

  it('tells what handlers and listeners throw, and of handlers that never answer', async () => {
    const clock = new VirtualClock();
    const told: string[] = [];
    const cluster = new FaultyCluster({ clock, report: (error, what) => told.push(`${what}: ${String(error)}`) });
    const node = cluster.join('a');
    node.on('leave', () => {
      throw new Error('one');
    });
    node.handle(kind, (_from, head) => {
      if (head === 'throw') throw new Error('two');
      return new Promise(() => {});
    });
    cluster.crash(cluster.join('b'));
    await cluster.idle();
    expect(await node.call(node.self, kind, 'throw')).toEqual({ type: 'error', code: 'handler-failed' });
    const hanging = node.call(node.self, kind, 'hang', '', 60_000);
    await cluster.idle();
    clock.advance(31_000);
    expect(await hanging).toEqual({ type: 'error', code: 'handler-timeout' });
    expect(told).toEqual([
      'listener of cluster event leave: Error: one',
      'handler of frame test/report: Error: two',
      'handler of frame test/report: Error: No answer within 30000 ms',
    ]);
    expect(node.window(node.self).frames).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('does not complain of a handler that answered in time, nor count one twice that answered late', async () => {
    const clock = new VirtualClock();
    const told: string[] = [];
    const cluster = new FaultyCluster({ clock, report: (error) => told.push(String(error)) });
    const node = cluster.join('a');
    const open: ((reply: Reply) => void)[] = [];
    node.handle(kind, () => new Promise((resolve) => open.push(resolve)));
    const first = node.call(node.self, kind, '');
    await cluster.idle();
    open[0]?.({ type: 'gone' });
    expect(await first).toEqual({ type: 'gone' });
    expect(clock.pending).toBe(0);
    clock.advance(31_000);
    expect(told).toEqual([]);

    node.send(node.self, kind, '');
    await cluster.idle();
    clock.advance(31_000);
    open[1]?.({ type: 'gone' }); // late
    await cluster.idle();
    expect(told).toHaveLength(1);
    const other = cluster.join('b');
    other.send(node.self, kind, '');
    await cluster.idle();
    let left = false;
    const leaving = node.drain().then(() => (left = true));
    await cluster.idle();
    expect(left).toBe(false);
    open[2]?.({ type: 'gone' });
    await leaving;
  });

  it('bounds frames and bytes as told', () => {
    const cluster = new MemoryCluster({ clock: new VirtualClock(), report: ignore, limits: { frames: 3, bytes: 10 } });
    const [a, b, c] = [cluster.join('a'), cluster.join('b'), cluster.join('c')];
    for (let i = 0; i < 3; i++) a.send(b.self, kind, '');
    expect(() => a.send(b.self, kind, '')).toThrow(Backpressure);
    a.send(c.self, kind, '12345', '1234');
    expect(() => a.send(c.self, kind, '12')).toThrow(Backpressure);
    a.send(c.self, kind, '1');
  });
});
