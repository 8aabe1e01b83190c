import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CacheSource, Sized, TouchListener } from './cache-source.ts';
import { CachedOwners } from './cached-owners.ts';
import { inUnit, numbers, numberStore, openFixture } from './conformance/fixture.ts';
import type { Medium } from './conformance/fixture.ts';
import { seededRandom } from './conformance/random.ts';
import { MemoryBlobs } from './memory/memory-blobs.ts';
import { MemoryDriver } from './memory/memory-driver.ts';

const WIDE = { entries: 1000, size: 1e9 };
const memory = async (): Promise<Medium> => ({ driver: new MemoryDriver(), blobs: new MemoryBlobs() });

/** A source whose reads are answered by hand. */
class ManualSource implements CacheSource<string> {
  readonly reads: { owner: string; answer: (value: Sized<string>) => void; fail: (error: Error) => void }[] = [];
  readonly listeners = new Set<TouchListener>();

  read(owner: string): Promise<Sized<string>> {
    return new Promise((answer, fail) => this.reads.push({ owner, answer, fail }));
  }

  watch(listener: TouchListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  touch(owner: string): void {
    for (const listener of this.listeners) listener.touched(owner);
  }

  /** Answers the oldest read. */
  async answer(value: string, size = value.length): Promise<void> {
    this.reads.shift()?.answer({ value, size });
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('is synchronous when warm, and reads once for many who ask', async () => {
  const source = new ManualSource();
  const cache = new CachedOwners(source, WIDE);
  expect(cache.peek('a')).toBeUndefined();
  const asked = Promise.all([cache.of('a'), cache.of('a'), cache.load('a')]);
  expect(source.reads.length).toBe(1);
  await source.answer('one');
  expect(await asked).toEqual(['one', 'one', undefined]);
  expect([cache.peek('a'), await cache.of('a'), source.reads.length]).toEqual(['one', 'one', 0]);
});

test('an absent value of a keyed store is warm too', async () => {
  const { storage } = await openFixture(memory);
  const cache = new CachedOwners(numberStore(storage).cacheSource, WIDE);
  await cache.load('a');
  expect(cache.peek('a')).toBe(null);
});

test('follows the writes of keyed and map stores, purges, and writes of another view', async () => {
  const { storage } = await openFixture(memory);
  const store = numberStore(storage);
  const map = storage.map('host.test', 'map', numbers);
  const cache = new CachedOwners(numberStore(storage).cacheSource, WIDE);
  const maps = new CachedOwners(map.cacheSource, WIDE);
  inUnit(storage, (unit) => {
    store.put(unit, 'a', 1);
    map.put(unit, 'a', 'x', 1);
  });
  expect([await cache.of('a'), await maps.of('a')]).toEqual([1, new Map([['x', 1]])]);
  inUnit(storage, (unit) => {
    store.update(unit, 'a', (value) => (value ?? 0) + 1);
    map.put(unit, 'a', 'y', 2);
    store.put(unit, 'other', 5);
  });
  expect([cache.peek('a'), maps.peek('a')]).toEqual([undefined, undefined]);
  expect([await cache.of('a'), (await maps.of('a')).size]).toEqual([2, 2]);
  inUnit(storage, (unit) => storage.purge(unit, 'host.test', 'a'));
  expect([await cache.of('a'), (await maps.of('a')).size]).toEqual([null, 0]);
});

test('an unsubmitted or failed write changes nothing', async () => {
  const { storage } = await openFixture(memory);
  const store = numberStore(storage);
  const cache = new CachedOwners(store.cacheSource, WIDE);
  await cache.load('a');
  const unit = storage.unit();
  store.put(unit, 'a', 1);
  expect(cache.peek('a')).toBe(null);
  unit.discard();
  expect(cache.peek('a')).toBe(null);
  inUnit(storage, (next) =>
    store.update(next, 'a', () => {
      throw new Error('no');
    }),
  );
  expect(await cache.of('a')).toBe(null);
});

describe('a read that a write overtakes', () => {
  test('answers those who asked before the write, is not kept, and is not joined', async () => {
    const source = new ManualSource();
    const cache = new CachedOwners(source, WIDE);
    const early = cache.of('a');
    source.touch('a');
    const late = cache.of('a');
    expect(source.reads.length).toBe(2);
    await source.answer('old');
    expect([await early, cache.peek('a')]).toEqual(['old', undefined]);
    await source.answer('new');
    expect([await late, cache.peek('a')]).toEqual(['new', 'new']);
  });

  test('is dropped also when it ends after the later one', async () => {
    const source = new ManualSource();
    const cache = new CachedOwners(source, WIDE);
    const early = cache.of('a');
    cache.invalidate('a');
    const late = cache.of('a');
    source.reads.reverse();
    await source.answer('new');
    await source.answer('old');
    expect([await early, await late, cache.peek('a')]).toEqual(['old', 'new', 'new']);
  });

  test('under random delays a value is never older than the last unit submitted before it was asked for', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const { storage, faults } = await openFixture(memory, { batchUnits: 3 });
        const random = seededRandom(seed);
        faults.delay(() => random() * 2);
        const store = numberStore(storage);
        const cache = new CachedOwners(store.cacheSource, WIDE);
        let submitted = 0;
        const checks: Promise<void>[] = [];
        for (let i = 0; i < 60; i++) {
          if (random() < 0.3) inUnit(storage, (unit) => store.put(unit, 'a', ++submitted));
          const least = submitted;
          const peeked = cache.peek('a');
          if (peeked !== undefined) expect(peeked ?? 0).toBeGreaterThanOrEqual(least);
          checks.push(cache.of('a').then((value) => expect(value ?? 0).toBeGreaterThanOrEqual(least)));
          if (random() < 0.3) await new Promise((resolve) => setTimeout(resolve, random()));
        }
        await Promise.all(checks);
        expect(await cache.of('a')).toBe(submitted === 0 ? null : submitted);
      }),
      { numRuns: 15 },
    );
  });
});

test('a read that fails is told to all who asked and tried anew by the next', async () => {
  const source = new ManualSource();
  const cache = new CachedOwners(source, WIDE);
  const asked = [cache.of('a'), cache.of('a')];
  source.reads.shift()?.fail(new Error('away'));
  for (const answer of asked) await expect(answer).rejects.toThrow('away');
  const again = cache.of('a');
  await source.answer('one');
  expect(await again).toBe('one');
});

describe('bounds', () => {
  const fill = async (
    cache: CachedOwners<string>,
    source: ManualSource,
    owner: string,
    size: number,
  ): Promise<void> => {
    void cache.load(owner);
    await source.answer(owner, size);
  };

  test('keeps at most so many owners, and those in use longest', async () => {
    const source = new ManualSource();
    const cache = new CachedOwners(source, { entries: 3, size: 1e9 });
    for (const owner of ['a', 'b', 'c']) await fill(cache, source, owner, 1);
    cache.peek('a');
    await fill(cache, source, 'd', 1);
    expect(['a', 'b', 'c', 'd'].map((owner) => cache.peek(owner) !== undefined)).toEqual([true, false, true, true]);
    expect([cache.length, cache.size]).toEqual([3, 3]);
    // All are in use now: the oldest goes, not the one just read.
    await fill(cache, source, 'e', 1);
    expect([cache.peek('e'), cache.length]).toEqual(['e', 3]);
  });

  test('keeps at most so much, but always the value just read', async () => {
    const source = new ManualSource();
    const cache = new CachedOwners(source, { entries: 100, size: 10 });
    await fill(cache, source, 'a', 4);
    await fill(cache, source, 'b', 4);
    await fill(cache, source, 'c', 4);
    expect([cache.peek('a'), cache.length, cache.size]).toEqual([undefined, 2, 8]);
    await fill(cache, source, 'large', 100);
    expect([cache.peek('large'), cache.length, cache.size]).toEqual(['large', 1, 100]);
    source.touch('large');
    expect([cache.length, cache.size]).toEqual([0, 0]);
  });

  test('shows a value no longer than its time to live, counted from the start of its read', async () => {
    let now = 1000;
    const source = new ManualSource();
    const cache = new CachedOwners(source, { ...WIDE, ttl: 60 }, () => now);
    void cache.load('a');
    now = 1050;
    await source.answer('one');
    now = 1060;
    expect(cache.peek('a')).toBe('one');
    now = 1061;
    expect([cache.peek('a'), cache.length, cache.size]).toEqual([undefined, 0, 0]);
  });
});

test('a closed cache keeps nothing and does not listen', async () => {
  const source = new ManualSource();
  const cache = new CachedOwners(source, WIDE);
  void cache.load('a');
  cache.close();
  await source.answer('one');
  expect([cache.peek('a'), source.listeners.size]).toEqual([undefined, 0]);
  const asked = cache.of('a');
  await source.answer('two');
  expect([await asked, cache.peek('a')]).toEqual(['two', undefined]);
});
