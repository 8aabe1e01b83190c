/** Conformance: what waits to be written is bounded. */
import { describe, expect, test } from 'vitest';
import type { Medium } from './fixture.ts';
import { inUnit, numberStore, openFixture, texts } from './fixture.ts';

const HOST = 'host.test';

export function congestionConformance(open: () => Promise<Medium>): void {
  describe('too much waiting', () => {
    test('units: congested above the limit, refused above twice, relieved at half', async () => {
      const { storage, faults } = await openFixture(open, {
        waiting: { units: 4, size: 1e9, time: 1e9 },
        batchUnits: 2,
      });
      const store = numberStore(storage);
      const relieved: number[] = [];
      let settled = 0;
      const off = storage.onRelief({ relieved: () => relieved.push(settled) });
      faults.hold();
      const congested: boolean[] = [];
      const tickets = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => {
        const ticket = inUnit(storage, (unit) => store.put(unit, `${n}`, n));
        ticket.onSettled({ settled: () => settled++ });
        congested.push(storage.congested);
        return ticket;
      });
      expect(congested).toEqual([false, false, false, false, true, true, true, true, true, true]);
      expect(tickets.map(({ state }) => state)).toEqual([...Array<string>(8).fill('pending'), 'failed', 'failed']);
      expect(tickets[9]?.error).toMatchObject({ condition: 'congested' });
      expect(relieved).toEqual([]);
      faults.release();
      await storage.drain();
      expect([relieved, storage.congested]).toEqual([[8], false]); // 2 refused and 6 committed: 2 wait
      off();
    });

    test('size: the same for the text that waits', async () => {
      const { storage, faults } = await openFixture(open, { waiting: { units: 1e9, size: 100, time: 1e9 } });
      const store = storage.keyed(HOST, 'texts', texts);
      faults.hold();
      const states = [60, 40, 60, 41, 40].map((size) => {
        const { state } = inUnit(storage, (unit) => store.put(unit, 'a', 'x'.repeat(size)));
        return `${state} ${storage.congested}`;
      });
      expect(states).toEqual(['pending false', 'pending false', 'pending true', 'failed true', 'pending true']);
      faults.release();
      await storage.drain();
      expect(storage.congested).toBe(false);
    });

    test('size: relieved when half is left', async () => {
      const { storage, faults } = await openFixture(open, {
        waiting: { units: 1e9, size: 100, time: 1e9 },
        batchUnits: 1,
      });
      const store = storage.keyed(HOST, 'texts', texts);
      let settled = 0;
      const relieved: number[] = [];
      storage.onRelief({ relieved: () => relieved.push(settled) });
      faults.hold();
      for (const size of [30, 30, 30, 30]) {
        const ticket = inUnit(storage, (unit) => store.put(unit, 'a', 'x'.repeat(size)));
        ticket.onSettled({ settled: () => settled++ });
      }
      faults.release();
      await storage.drain();
      expect(relieved).toEqual([3]); // 30 of at most 100 wait
    });

    test('a batch holds no more text than its limit, and at least one unit', async () => {
      const { storage, faults } = await openFixture(open, { batchSize: 100 });
      const store = storage.keyed(HOST, 'texts', texts);
      for (const size of [60, 40, 1, 500, 1, 99, 1]) inUnit(storage, (unit) => store.put(unit, 'a', 'x'.repeat(size)));
      await storage.drain();
      expect(faults.attempts).toEqual([2, 1, 1, 2, 1]);
    });

    test('time: congested when units wait and no commit ends', async () => {
      let now = 0;
      const { storage, faults } = await openFixture(open, {
        waiting: { units: 1e9, size: 1e9, time: 30_000 },
        now: () => now,
      });
      let relieved = 0;
      storage.onRelief({ relieved: () => relieved++ });
      faults.hold();
      now = 100_000; // idle for long, which is no congestion
      inUnit(storage, (unit) => numberStore(storage).put(unit, 'a', 1));
      now += 30_000;
      expect(storage.congested).toBe(false);
      now += 1;
      expect(storage.congested).toBe(true);
      faults.release();
      await storage.drain();
      expect([storage.congested, relieved]).toEqual([false, 1]);
    });
  });
}
