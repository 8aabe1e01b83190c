/** Conformance: units are atomic, ordered and visible at the right moment. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { Ticket } from '../ticket.ts';
import type { Medium } from './fixture.ts';
import { collect, inUnit, numbers, numberStore, openFixture, outcome, texts } from './fixture.ts';

const HOST = 'host.test';

/** One step of a schedule: lets timers, immediates and microtasks run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function unitConformance(open: () => Promise<Medium>): void {
  describe('units', () => {
    test('nothing of a unit is seen before it is submitted, not even by who wrote it; then reads wait for it', async () => {
      const { storage, faults } = await openFixture(open);
      const keyed = numberStore(storage);
      const map = storage.map(HOST, 'map', numbers);
      const counter = storage.counter(HOST, 'counter');
      const archive = storage.archive(HOST, 'archive');
      const unit = storage.unit();
      keyed.put(unit, 'a', 1);
      map.put(unit, 'a', 'x', 1);
      counter.add(unit, 'a', 'x', 1);
      archive.append(unit, 'a', { when: 1, with: '', stanza: '<a/>' });
      const all = async (): Promise<readonly unknown[]> => [
        await keyed.get('a'),
        (await map.all('a')).get('x'),
        await map.get('a', 'x'),
        await counter.get('a', 'x'),
        (await archive.find('a', { order: 'forward', max: 9 })).entries.length,
        (await collect(keyed.owners())).length,
        (await collect(map.owners())).length,
        (await collect(counter.owners())).length,
        (await collect(archive.owners())).length,
      ];
      expect(await all()).toEqual([undefined, undefined, undefined, 0, 0, 0, 0, 0, 0]);
      faults.hold();
      unit.submit();
      let answered = false;
      const read = all().then((values) => {
        answered = true;
        return values;
      });
      expect(await numberStore(storage).get('b')).toBeUndefined(); // another owner does not wait
      expect([answered, unit.ticket.state]).toEqual([false, 'pending']);
      faults.release();
      expect(await read).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1]);
    });

    test.each([
      'get',
      'all',
      'count',
      'find',
      'entry',
      'owners of cells',
      'owners of counters',
      'owners of archives',
      'expire',
    ])('%s waits for a pending write', async (read) => {
      const { storage, faults } = await openFixture(open);
      const map = storage.map(HOST, 'map', numbers);
      const counter = storage.counter(HOST, 'counter');
      const archive = storage.archive(HOST, 'archive');
      const reads: Record<string, () => Promise<unknown>> = {
        get: () => map.get('a', 'x'),
        all: () => map.all('a'),
        count: () => counter.get('a', 'x'),
        find: () => archive.find('a', { order: 'forward', max: 9 }),
        entry: () => archive.get('a', 'x'),
        'owners of cells': () => collect(map.owners()),
        'owners of counters': () => collect(counter.owners()),
        'owners of archives': () => collect(archive.owners()),
        expire: () => archive.expire(9, 9),
      };
      faults.hold();
      inUnit(storage, (unit) => {
        map.put(unit, 'a', 'x', 1);
        counter.add(unit, 'a', 'x', 1);
        archive.append(unit, 'a', { when: 1, with: '', stanza: '<a/>', id: 'x' });
      });
      let answered = false;
      const answer = reads[read]?.().then(() => (answered = true));
      await turn();
      await turn();
      expect(answered).toBe(false);
      faults.release();
      await answer;
    });

    test('tickets settle in the order of submission, synchronously for their listeners, with all written', async () => {
      const { storage, faults } = await openFixture(open, { batchUnits: 3 });
      const store = numberStore(storage);
      faults.delay(1);
      const settled: number[] = [];
      const tickets: Ticket[] = [];
      for (let i = 0; i < 10; i++) {
        const unit = storage.unit();
        // Added and listened to in another order than submitted.
        store.put(unit, `owner ${i % 3}`, i);
        unit.ticket.onSettled({ settled: () => settled.push(i) });
        tickets.push(unit.ticket);
        unit.submit();
        expect([unit.submitted, unit.ticket.state]).toEqual([true, 'pending']);
      }
      await storage.drain();
      expect(settled).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect(tickets.every((ticket) => ticket.state === 'committed')).toBe(true);
      expect(faults.attempts).toEqual([3, 3, 3, 1]);
      expect([await store.get('owner 0'), await store.get('owner 1'), await store.get('owner 2')]).toEqual([9, 7, 8]);
    });

    test('the order of units is that of submission, not of creation', async () => {
      const { storage } = await openFixture(open);
      const store = numberStore(storage);
      const [first, second] = [storage.unit(), storage.unit()];
      store.put(first, 'a', 1);
      store.put(second, 'a', 2);
      second.submit();
      first.submit();
      expect(await store.get('a')).toBe(1);
    });

    test('a batch never splits a unit', async () => {
      const { storage, faults } = await openFixture(open, { batchUnits: 2 });
      const store = numberStore(storage);
      const units = [1, 2, 3].map(() => storage.unit());
      for (let i = 0; i < 30; i++) units.forEach((unit) => store.put(unit, `owner ${i}`, i));
      units.forEach((unit) => unit.submit());
      await storage.drain();
      expect(faults.attempts).toEqual([2, 1]);
    });

    test('writes to a submitted or discarded unit, or to one of another storage, throw', async () => {
      const { storage } = await openFixture(open);
      const other = await openFixture(open);
      const store = numberStore(storage);
      const unit = storage.unit();
      store.put(unit, 'a', 1);
      unit.submit();
      expect(() => store.put(unit, 'a', 2)).toThrow('submitted');
      expect(() => unit.submit()).toThrow('submitted');
      expect(() => unit.discard()).toThrow('submitted');
      expect(() => store.put(other.storage.unit(), 'a', 2)).toThrow('storage');
      expect(() => other.storage.purge(storage.unit(), HOST, 'a')).toThrow('storage');
      expect(await store.get('a')).toBe(1);
    });

    test('an empty unit has no ticket to wait for', async () => {
      const { storage } = await openFixture(open);
      const unit = storage.unit();
      expect([unit.empty, unit.submit(), unit.ticket.state]).toEqual([true, undefined, 'committed']);
    });

    test('a discarded unit writes nothing and fails its ticket', async () => {
      const { storage } = await openFixture(open);
      const store = numberStore(storage);
      const unit = storage.unit();
      store.put(unit, 'a', 1);
      unit.discard();
      expect(unit.ticket).toMatchObject({ state: 'failed', error: { condition: 'discarded' } });
      await storage.drain();
      expect(await store.get('a')).toBeUndefined();
    });

    test('a store cannot be open as two kinds', async () => {
      const { storage } = await openFixture(open);
      numberStore(storage, 'a');
      expect(() => storage.map(HOST, 'a', numbers)).toThrow('keyed');
    });

    test('a listener that throws is reported, and the others and later tickets are served', async () => {
      const { storage, reports } = await openFixture(open);
      const store = numberStore(storage);
      const served: string[] = [];
      const unit = storage.unit();
      const ticket = store.put(unit, 'a', 1);
      ticket.onSettled({
        settled: () => {
          throw new Error('bug');
        },
      });
      ticket.onSettled({ settled: () => served.push('same ticket') });
      unit.submit();
      inUnit(storage, (next) => store.put(next, 'b', 1)).onSettled({ settled: () => served.push('next') });
      await storage.drain();
      expect(served).toEqual(['same ticket', 'next']);
      expect(reports).toMatchObject([{ errors: [{ message: 'bug' }] }]);
    });

    test('purge deletes all an owner has in any store of the host, and nothing else', async () => {
      const { storage, faults } = await openFixture(open);
      const keyed = numberStore(storage);
      const elsewhere = numberStore(storage, 'numbers', 'other.test');
      const map = storage.map(HOST, 'map', numbers);
      const counter = storage.counter(HOST, 'counter');
      const archive = storage.archive(HOST, 'archive');
      inUnit(storage, (unit) => {
        for (const owner of ['a', 'b']) {
          keyed.put(unit, owner, 1);
          elsewhere.put(unit, owner, 1);
          map.put(unit, owner, 'x', 1);
          counter.add(unit, owner, 'x', 1);
          archive.append(unit, owner, { when: 1, with: '', stanza: '<a/>', id: 'x' });
        }
      });
      await storage.drain();
      faults.hold();
      inUnit(storage, (unit) => storage.purge(unit, HOST, 'a'));
      // A store opened while the purge is pending waits for it too.
      const late = storage.map(HOST, 'late', texts).all('a');
      let answered = false;
      void late.then(() => (answered = true));
      await turn();
      expect(answered).toBe(false);
      faults.release();
      for (const store of [keyed, map, counter, archive]) expect(await collect(store.owners())).toEqual(['b']);
      expect(await keyed.get('a')).toBeUndefined();
      expect(await map.get('a', 'x')).toBeUndefined();
      expect(await counter.get('a', 'x')).toBe(0);
      expect(await archive.get('a', 'x')).toBeUndefined();
      expect(await collect(elsewhere.owners())).toEqual(['a', 'b']);
    });

    test('a settled unit leaves nothing behind in memory', async () => {
      const { storage } = await openFixture(open);
      const store = numberStore(storage);
      const ticket = new WeakRef(inUnit(storage, (unit) => store.update(unit, 'a', () => 1)));
      await storage.drain();
      inUnit(storage, (unit) => store.put(unit, 'b', 1));
      await storage.drain();
      await turn();
      setFlagsFromString('--expose-gc');
      runInNewContext('gc()');
      expect(ticket.deref()).toBeUndefined();
    });

    test('close refuses new units and waits for the others', async () => {
      const { storage, faults } = await openFixture(open);
      const store = numberStore(storage);
      faults.delay(5);
      const ticket = inUnit(storage, (unit) => store.put(unit, 'a', 1));
      const closed = storage.close();
      const late = inUnit(storage, (unit) => store.put(unit, 'a', 2));
      expect(late).toMatchObject({ state: 'failed', error: { condition: 'closed' } });
      await closed;
      expect(ticket.state).toBe('committed');
    });

    test('close gives up after its time: what was not tried fails, what may be committed stays unknown', async () => {
      const { storage, faults } = await openFixture(open, { batchUnits: 1 });
      const store = numberStore(storage);
      faults.failNext(...Array<'lost'>(10_000).fill('lost'));
      const tried = inUnit(storage, (unit) => store.put(unit, 'a', 1));
      const untried = inUnit(storage, (unit) => store.put(unit, 'a', 2));
      await storage.close(30);
      expect(tried.state).toBe('pending');
      expect(await outcome(untried)).toMatchObject({ condition: 'closed' });
      const attempts = faults.attempts.length;
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(faults.attempts.length).toBe(attempts);
    });
  });
}
