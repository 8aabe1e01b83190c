/** Conformance: no update is lost, what fails fails alone, what is unknown is tried until it is known. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StorageError } from '../storage-error.ts';
import type { Ticket } from '../ticket.ts';
import type { Unit } from '../unit.ts';
import type { FaultRates } from './faulty-driver.ts';
import type { Fixture, Medium } from './fixture.ts';
import { inUnit, numbers, numberStore, openFixture, outcome, texts } from './fixture.ts';

const HOST = 'host.test';

export function failureConformance(open: () => Promise<Medium>, runs: number): void {
  describe('updates', () => {
    test('1000 concurrent updates of one owner with random delays and faults: none is lost, none done twice', async () => {
      const { storage, faults } = await openFixture(open, { batchUnits: 40 });
      const store = numberStore(storage);
      const map = storage.map(HOST, 'map', texts);
      faults.randomise(1, { delay: 2, faults: { refused: 0.1, unavailable: 0.1, lost: 0.1, unknown: 0.1 } });
      faults.failNext('unavailable', 'lost', 'unknown', 'unavailable', 'lost');
      const tickets: Ticket[] = [];
      for (let i = 0; i < 1000; i++) {
        const write = (unit: Unit): void => {
          store.update(unit, 'a', (value) => (value ?? 0) + 1);
          map.update(unit, 'a', 'log', (log) => `${log ?? ''}${i},`);
        };
        if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
        tickets.push(inUnit(storage, write));
      }
      await storage.drain();
      // A commit refused while its unit is tried alone is that unit's failure: it must not count then.
      const done = [...tickets.keys()].filter((i) => tickets[i]?.state === 'committed');
      expect(await store.get('a')).toBe(done.length);
      expect(await map.get('a', 'log')).toBe(done.map((i) => `${i},`).join(''));
      expect(done.length).toBeGreaterThan(500);
    });

    test('an update sees what was submitted before it, also in its own unit', async () => {
      const { storage } = await openFixture(open);
      const store = numberStore(storage);
      const seen: (number | undefined)[] = [];
      inUnit(storage, (unit) => {
        store.put(unit, 'a', 1);
        store.update(unit, 'a', (value) => {
          seen.push(value);
          return 2;
        });
        store.delete(unit, 'a');
        store.update(unit, 'a', (value) => {
          seen.push(value);
          return 3;
        });
      });
      inUnit(storage, (unit) =>
        store.update(unit, 'a', (value) => {
          seen.push(value);
          return value;
        }),
      );
      expect([await store.get('a'), seen]).toEqual([3, [1, undefined, 3]]);
    });
  });

  describe('a unit that cannot be applied', () => {
    const poisons: Record<string, (fixture: Fixture, unit: Unit) => void> = {
      'an update function that throws': ({ storage }, unit) =>
        void numberStore(storage).update(unit, 'a', () => {
          throw new StorageError('limit-exceeded', 'too many');
        }),
      'a value larger than allowed': ({ storage }, unit) =>
        void storage.keyed(HOST, 'texts', texts).put(unit, 'a', 'x'.repeat(101)),
      'a value larger than allowed in UTF-8': ({ storage }, unit) =>
        void storage.keyed(HOST, 'texts', texts).put(unit, 'a', '\u20ac'.repeat(34)),
      'an update to a value larger than allowed': ({ storage }, unit) =>
        void storage.keyed(HOST, 'texts', texts).update(unit, 'a', () => 'x'.repeat(101)),
      'an update to a value with U+0000': ({ storage }, unit) =>
        void storage.keyed(HOST, 'texts', texts).update(unit, 'a', () => '\0'),
      'a codec that does not encode': ({ storage }, unit) =>
        void storage
          .keyed(HOST, 'texts', {
            ...texts,
            encode: (): string => {
              throw new Error('no');
            },
          })
          .put(unit, 'a', ''),
      'a codec that does not decode': ({ storage }, unit) => {
        storage.keyed(HOST, 'numbers', texts).put(unit, 'b', 'x');
        numberStore(storage).update(unit, 'b', () => 1);
      },
      'a stanza larger than allowed': ({ storage }, unit) =>
        void storage.archive(HOST, 'archive').append(unit, 'a', { when: 1, with: '', stanza: 'x'.repeat(101) }),
      'a counter above its limit': ({ storage }, unit) => void storage.counter(HOST, 'c').add(unit, 'a', 'x', 2, 1),
    };

    test.each(Object.entries(poisons))('%s: fails alone, with nothing applied', async (_, poison) => {
      const fixture = await openFixture(open, { valueBytes: 100 });
      const { storage, faults } = fixture;
      const store = numberStore(storage);
      const map = storage.map(HOST, 'map', numbers);
      const archive = storage.archive(HOST, 'log');
      const counter = storage.counter(HOST, 'counter');
      const other = storage.archive(HOST, 'other');
      inUnit(storage, (unit) => {
        for (const id of ['p', 'q']) other.append(unit, 'a', { when: 5, with: '', stanza: '', id });
        store.put(unit, 'a', 0);
        map.put(unit, 'a', 'gone', 1);
        archive.append(unit, 'a', { when: 5, with: '', stanza: '<a/>', id: 'replaced', dedupe: 'd' });
      });
      await storage.drain();
      const before = await archive.find('a', { order: 'forward', max: 9 });
      const otherBefore = await other.find('a', { order: 'forward', max: 9 });

      const good = inUnit(storage, (unit) => store.put(unit, 'first', 1));
      const bad = storage.unit();
      store.update(bad, 'a', (value) => (value ?? 0) + 100);
      map.put(bad, 'a', 'new', 1);
      map.put(bad, 'b', 'new', 1);
      map.clear(bad, 'a');
      counter.add(bad, 'a', 'x', 1);
      other.append(bad, 'a', { when: 9, with: '', stanza: '' });
      other.delete(bad, 'a', { keep: 1 });
      archive.append(bad, 'a', { when: 9, with: '', stanza: '<b/>', id: 'replaced' });
      archive.append(bad, 'a', { when: 9, with: '', stanza: '<c/>', dedupe: 'e' });
      archive.delete(bad, 'a', { keep: 1 });
      archive.append(bad, 'a', { when: 9, with: '', stanza: '<d/>' });
      archive.clear(bad, 'a');
      const appended = archive.append(bad, 'a', { when: 9, with: '', stanza: '<e/>' });
      storage.purge(bad, HOST, 'a');
      poison(fixture, bad);
      bad.submit();
      const next = inUnit(storage, (unit) => store.update(unit, 'a', (value) => (value ?? 0) + 1));

      expect(await outcome(bad.ticket)).toBeInstanceOf(Error);
      expect([await outcome(good), await outcome(next)]).toEqual([undefined, undefined]);
      expect([await store.get('first'), await store.get('a')]).toEqual([1, 1]);
      expect([...(await map.all('a')), ...(await map.all('b'))]).toEqual([['gone', 1]]);
      expect(await counter.get('a', 'x')).toBe(0);
      expect(await archive.find('a', { order: 'forward', max: 9 })).toEqual(before);
      expect(await other.find('a', { order: 'forward', max: 9 })).toEqual(otherBefore);
      expect(await other.get('a', 'p')).toEqual(otherBefore.entries[0]);
      expect(appended).toMatchObject({ id: undefined, when: undefined, duplicate: false });
      expect(faults.attempts.length).toBe(2); // the batch was not taken apart for it
      const last = inUnit(storage, (unit) => {
        archive.append(unit, 'a', { when: 6, with: '', stanza: '<f/>', dedupe: 'e' });
        archive.append(unit, 'a', { when: 6, with: '', stanza: '<g/>', dedupe: 'd' });
      });
      await last.settled();
      const { entries } = await archive.find('a', { order: 'forward', max: 9 });
      expect(entries.map(({ seq, when, stanza }) => [seq, when, stanza])).toEqual([
        [1, 5, '<a/>'],
        [2, 6, '<f/>'],
      ]);
    });

    test('what an update function throws is the very error of the ticket', async () => {
      const { storage } = await openFixture(open);
      const error = new StorageError('limit-exceeded', 'too many');
      const ticket = inUnit(storage, (unit) =>
        numberStore(storage).update(unit, 'a', () => {
          throw error;
        }),
      );
      expect(await outcome(ticket)).toBe(error);
    });

    test('one whose first write was poison still fails when nothing else is in it', async () => {
      const { storage } = await openFixture(open, { valueBytes: 10 });
      const unit = storage.unit();
      storage.keyed(HOST, 'texts', texts).put(unit, 'a', 'x'.repeat(11));
      expect([unit.empty, unit.submit()]).toEqual([false, unit.ticket]);
      expect(await outcome(unit.ticket)).toMatchObject({ condition: 'value-too-large' });
    });
  });

  describe('a commit that fails', () => {
    test('is tried unit by unit; a unit that fails alone fails, the others do not', async () => {
      const { storage, faults } = await openFixture(open);
      const store = numberStore(storage);
      faults.failNext('refused'); // the batch
      faults.failNext('unavailable', 'lost'); // first unit, then its second attempt
      const tickets = [1, 2, 3].map((n) => inUnit(storage, (unit) => store.update(unit, 'a', (sum) => (sum ?? 0) + n)));
      expect(await Promise.all(tickets.map(outcome))).toEqual([undefined, undefined, undefined]);
      expect(faults.attempts).toEqual([3, 1, 1, 1, 1, 1]);
      expect(await store.get('a')).toBe(6);

      faults.failNext('refused', 'refused');
      const more = [10, 20].map((n) => inUnit(storage, (unit) => store.update(unit, 'a', (sum) => (sum ?? 0) + n)));
      expect((await Promise.all(more.map(outcome))).map((error) => error?.message)).toEqual([
        'commit refused by the test',
        undefined,
      ]);
      expect(await store.get('a')).toBe(26);
    });

    test('because it takes too long is halved; a unit that takes too long alone is refused after three attempts', async () => {
      const { storage, faults, reports } = await openFixture(open);
      const store = numberStore(storage);
      const add = (n: number): Ticket => inUnit(storage, (unit) => store.update(unit, 'a', (sum) => (sum ?? 0) + n));
      faults.failNext('slow', 'slow', 'slow', 'unavailable'); // the batch, its first half, one unit of it twice
      expect(await Promise.all([1, 2, 3, 4].map(add).map(outcome))).toEqual(Array.from({ length: 4 }, () => undefined));
      expect(faults.attempts).toEqual([4, 2, 1, 1, 1, 1, 2]);
      expect([await store.get('a'), reports.length]).toEqual([10, 4]);

      faults.failNext('slow', 'slow', 'slow', 'slow');
      const outcomes = await Promise.all([100, 20].map(add).map(outcome));
      expect(outcomes).toEqual([expect.objectContaining({ condition: 'too-slow' }), undefined]);
      expect(await store.get('a')).toBe(30);
    });

    test('with an unknown outcome is tried as it was until it is known, and answers nothing before', async () => {
      const { storage, faults, reports } = await openFixture(open);
      const counter = storage.counter(HOST, 'counter');
      const archive = storage.archive(HOST, 'archive');
      faults.failNext('unknown', 'lost', 'unavailable', 'lost');
      const unit = storage.unit();
      counter.add(unit, 'a', 'x', 1);
      const appended = archive.append(unit, 'a', { when: 1, with: '', stanza: '<a/>' });
      const states: string[] = [];
      unit.submit();
      while (unit.ticket.state === 'pending') {
        states.push(`${unit.ticket.state} ${appended.id}`);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(new Set(states)).toEqual(new Set(['pending undefined']));
      expect(unit.ticket.state).toBe('committed');
      expect(await counter.get('a', 'x')).toBe(1);
      const { entries } = await archive.find('a', { order: 'forward', max: 9 });
      expect(entries.map(({ id }) => id)).toEqual([appended.id]);
      expect([faults.attempts.length, reports.length]).toEqual([5, 4]);
    });
  });

  test('any writes under any faults: the end is what the committed units make in their order', async () => {
    const owner = fc.constantFrom('a', 'b');
    const key = fc.constantFrom('x', 'y', 'z');
    const write = fc.oneof(
      fc.record({ kind: fc.constant('put' as const), owner, key, n: fc.nat(9) }),
      fc.record({ kind: fc.constant('update' as const), owner, key, n: fc.nat(9) }),
      fc.record({ kind: fc.constant('delete' as const), owner, key, n: fc.constant(0) }),
      fc.record({ kind: fc.constant('clear' as const), owner, key, n: fc.constant(0) }),
      fc.record({ kind: fc.constant('throw' as const), owner, key, n: fc.constant(0) }),
    );
    const rates: FaultRates = {
      delay: 0,
      faults: { refused: 0.15, unavailable: 0.1, slow: 0.1, lost: 0.1, unknown: 0.1 },
    };
    const units = fc.array(fc.array(write, { minLength: 1, maxLength: 5 }), { maxLength: 30 });
    const property = fc.asyncProperty(
      units,
      fc.integer(),
      fc.integer({ min: 1, max: 8 }),
      async (script, seed, size) => {
        const { storage, faults } = await openFixture(open, { batchUnits: size, retry: { first: 0, last: 0 } });
        const map = storage.map(HOST, 'map', numbers);
        faults.randomise(seed, rates);
        const tickets = script.map((writes) =>
          inUnit(storage, (unit) => {
            for (const { kind, owner, key, n } of writes) {
              if (kind === 'put') map.put(unit, owner, key, n);
              else if (kind === 'update') map.update(unit, owner, key, (value) => (value ?? 0) * 2 + n);
              else if (kind === 'delete') map.delete(unit, owner, key);
              else if (kind === 'clear') map.clear(unit, owner);
              else
                map.update(unit, owner, key, () => {
                  throw new Error('poison');
                });
            }
          }),
        );
        await storage.drain();
        const model = new Map<string, number>();
        for (const [i, writes] of script.entries()) {
          if (writes.some(({ kind }) => kind === 'throw')) expect(tickets[i]?.state).toBe('failed');
          if (tickets[i]?.state !== 'committed') continue;
          for (const { kind, owner, key, n } of writes) {
            const cell = `${owner} ${key}`;
            if (kind === 'put') model.set(cell, n);
            else if (kind === 'update') model.set(cell, (model.get(cell) ?? 0) * 2 + n);
            else if (kind === 'delete') model.delete(cell);
            else for (const key of ['x', 'y', 'z']) model.delete(`${owner} ${key}`);
          }
        }
        const stored = new Map<string, number>();
        for (const owner of ['a', 'b']) {
          for (const [key, value] of await map.all(owner)) stored.set(`${owner} ${key}`, value);
        }
        expect(stored).toEqual(model);
      },
    );
    await fc.assert(property, { numRuns: runs });
  });
}
