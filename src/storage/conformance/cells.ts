/** Conformance: keyed stores and map stores. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { fromZod } from '../from-zod.ts';
import type { Medium } from './fixture.ts';
import { collect, inUnit, numbers, numberStore, openFixture, outcome, texts } from './fixture.ts';

const HOST = 'host.test';

/** Owners and keys that some media would confuse, and in the order of their bytes. */
const DISTINCT = [
  '',
  ' ',
  '%',
  "'; --",
  '*',
  'A',
  'Z',
  '\\',
  '_',
  '__proto__',
  'a',
  'a\n',
  'a ',
  'a%',
  'a/b',
  'aa',
  'constructor',
  'e\u0301',
  'z',
  '\u00e9',
  '\u0130',
  '\u0131',
  '\u03c3',
  '\ue000',
  '\uff41',
  '\ufffd',
  '\u{10000}',
  '\u{1f600}',
];

export function cellConformance(open: () => Promise<Medium>): void {
  describe('keyed store', () => {
    test('put, get, update, delete', async () => {
      const { storage } = await openFixture(open);
      const store = numberStore(storage);
      expect(await store.get('a')).toBeUndefined();
      inUnit(storage, (unit) => store.put(unit, 'a', 1));
      expect(await store.get('a')).toBe(1);
      inUnit(storage, (unit) => store.put(unit, 'a', 2));
      expect(await store.get('a')).toBe(2);
      inUnit(storage, (unit) => store.update(unit, 'a', (value) => (value ?? 0) + 40));
      inUnit(storage, (unit) => store.update(unit, 'b', (value) => (value ?? 7) + 1));
      expect([await store.get('a'), await store.get('b')]).toEqual([42, 8]);
      inUnit(storage, (unit) => store.delete(unit, 'a'));
      inUnit(storage, (unit) => store.update(unit, 'b', () => undefined));
      expect([await store.get('a'), await store.get('b')]).toEqual([undefined, undefined]);
      expect(await outcome(inUnit(storage, (unit) => store.delete(unit, 'a')))).toBeUndefined();
    });

    test('stores of other names and hosts are other stores', async () => {
      const { storage } = await openFixture(open);
      const stores = [numberStore(storage), numberStore(storage, 'b'), numberStore(storage, 'b', 'other.test')];
      inUnit(storage, (unit) => stores.forEach((store, i) => store.put(unit, 'a', i)));
      for (const [i, store] of stores.entries()) expect(await store.get('a')).toBe(i);
      expect(await numberStore(storage).get('a')).toBe(0);
    });

    test('a value that an update or a reader changes later is not the stored one', async () => {
      const { storage } = await openFixture(open);
      const store = storage.keyed(HOST, 'lists', fromZod(z.object({ list: z.array(z.number()) })));
      const value = { list: [1] };
      inUnit(storage, (unit) => store.put(unit, 'a', value));
      value.list.push(2);
      (await store.get('a'))?.list.push(3);
      expect(await store.get('a')).toEqual({ list: [1] });
    });

    test('a value that its codec cannot read is an error that names the place and not the value', async () => {
      const { storage } = await openFixture(open);
      inUnit(storage, (unit) => storage.keyed(HOST, 'mixed', texts).put(unit, 'a', 'secret'));
      const read = numberStore(storage, 'mixed').get('a');
      await expect(read).rejects.toMatchObject({ condition: 'corrupt-value' });
      await expect(read).rejects.not.toThrow('secret');
    });
  });

  describe('map store', () => {
    test('put, get, all, update, delete, clear', async () => {
      const { storage } = await openFixture(open);
      const store = storage.map(HOST, 'map', numbers);
      expect(await store.all('a')).toEqual(new Map());
      inUnit(storage, (unit) => {
        store.put(unit, 'a', 'y', 2);
        store.put(unit, 'a', 'x', 1);
        store.put(unit, 'b', 'x', 3);
        store.update(unit, 'a', 'z', (value) => (value ?? 0) + 5);
        store.update(unit, 'a', 'x', (value) => (value ?? 0) + 5);
      });
      expect([...(await store.all('a'))]).toEqual([
        ['x', 6],
        ['y', 2],
        ['z', 5],
      ]);
      expect([await store.get('a', 'x'), await store.get('a', 'w')]).toEqual([6, undefined]);
      inUnit(storage, (unit) => {
        store.delete(unit, 'a', 'x');
        store.update(unit, 'a', 'y', () => undefined);
      });
      expect([...(await store.all('a'))]).toEqual([['z', 5]]);
      inUnit(storage, (unit) => store.clear(unit, 'a'));
      expect([(await store.all('a')).size, await store.get('b', 'x')]).toEqual([0, 3]);
    });
  });

  test('owners and keys compare and sort by bytes', async () => {
    const { storage } = await openFixture(open);
    const keyed = storage.keyed(HOST, 'keyed', texts);
    const map = storage.map(HOST, 'map', texts);
    // Written in an order that is not the expected one.
    const shuffled = DISTINCT.map((text, i) => [(i * 17) % DISTINCT.length, text] as const).sort(([a], [b]) => a - b);
    inUnit(storage, (unit) => {
      for (const [, text] of shuffled) {
        keyed.put(unit, text, text);
        map.put(unit, 'owner', text, text);
      }
    });
    for (const text of DISTINCT) {
      expect(await keyed.get(text)).toBe(text);
      expect(await map.get('owner', text)).toBe(text);
    }
    expect(await collect(keyed.owners())).toEqual(DISTINCT);
    expect([...(await map.all('owner')).keys()]).toEqual(DISTINCT);
    expect(await collect(map.owners())).toEqual(['owner']);
  });

  test('an owner whose last value is deleted is none any more', async () => {
    const { storage } = await openFixture(open);
    const keyed = storage.keyed(HOST, 'keyed', texts);
    const map = storage.map(HOST, 'map', texts);
    inUnit(storage, (unit) => {
      for (const owner of ['a', 'b', 'c']) {
        keyed.put(unit, owner, '1');
        map.put(unit, owner, 'x', '1');
      }
    });
    inUnit(storage, (unit) => {
      keyed.delete(unit, 'a');
      map.delete(unit, 'a', 'x');
      keyed.update(unit, 'b', () => undefined);
      map.clear(unit, 'b');
    });
    expect(await collect(keyed.owners())).toEqual(['c']);
    expect(await collect(map.owners())).toEqual(['c']);
  });
}
