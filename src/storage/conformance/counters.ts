/** Conformance: counters. */
import { describe, expect, test } from 'vitest';
import type { Medium } from './fixture.ts';
import { collect, inUnit, openFixture, outcome } from './fixture.ts';

const HOST = 'host.test';

export function counterConformance(open: () => Promise<Medium>): void {
  describe('counter store', () => {
    test('adds, subtracts, starts at 0', async () => {
      const { storage } = await openFixture(open);
      const store = storage.counter(HOST, 'quota');
      expect(await store.get('a', 'bytes')).toBe(0);
      inUnit(storage, (unit) => store.add(unit, 'a', 'bytes', 10));
      inUnit(storage, (unit) => store.add(unit, 'a', 'bytes', -3));
      inUnit(storage, (unit) => store.add(unit, 'a', 'files', Number.MAX_SAFE_INTEGER));
      expect([await store.get('a', 'bytes'), await store.get('a', 'files')]).toEqual([7, Number.MAX_SAFE_INTEGER]);
      expect(await collect(store.owners())).toEqual(['a']);
      inUnit(storage, (unit) => store.clear(unit, 'a'));
      expect([await store.get('a', 'bytes'), await collect(store.owners())]).toEqual([0, []]);
    });

    test('the limit holds for several additions of one batch; subtracting is never refused', async () => {
      const { storage, faults } = await openFixture(open);
      const store = storage.counter(HOST, 'quota');
      const tickets = [4, 4, 4, 2, 1].map((n) => inUnit(storage, (unit) => store.add(unit, 'a', 'b', n, 10)));
      const failures = await Promise.all(tickets.map(outcome));
      expect(failures.map((error) => error !== undefined)).toEqual([false, false, true, false, true]);
      expect(failures[2]).toMatchObject({ condition: 'limit-exceeded' });
      expect(faults.attempts).toEqual([5]); // the refused ones do not spoil the batch
      expect(await outcome(inUnit(storage, (unit) => store.add(unit, 'a', 'b', -1, 5)))).toBeUndefined();
      expect(await store.get('a', 'b')).toBe(9);
    });

    test('a sum that a double does not hold makes the unit fail', async () => {
      const { storage } = await openFixture(open);
      const store = storage.counter(HOST, 'quota');
      inUnit(storage, (unit) => store.add(unit, 'a', 'b', Number.MAX_SAFE_INTEGER));
      const error = await outcome(inUnit(storage, (unit) => store.add(unit, 'a', 'b', 1)));
      expect(error).toMatchObject({ condition: 'invalid-value' });
      expect(await store.get('a', 'b')).toBe(Number.MAX_SAFE_INTEGER);
    });
  });
}
