/** Conformance: archives. */
import { describe, expect, test } from 'vitest';
import type { Appended, ArchiveEntry, ArchiveQuery, ArchiveStore, NewEntry } from '../archive-store.ts';
import { DEDUPE_WINDOW } from '../archive-store.ts';
import type { Storage } from '../stores.ts';
import type { Medium } from './fixture.ts';
import { collect, inUnit, openFixture } from './fixture.ts';

const HOUR = 3600 * 1_000_000;
const ALL: ArchiveQuery = { order: 'forward', max: 1000 };

const message = (when: number, more: Partial<NewEntry> = {}): NewEntry => ({
  when,
  with: 'b@host.test',
  stanza: `<message xmlns='jabber:client' id='${when}'/>`,
  ...more,
});

/** Appends in a unit of its own and waits. */
export async function append(storage: Storage, store: ArchiveStore, owner: string, entry: NewEntry): Promise<Appended> {
  const unit = storage.unit();
  const appended = store.append(unit, owner, entry);
  unit.submit();
  await unit.ticket.settled();
  return appended;
}

/** All entries of an owner, oldest first. */
export async function entriesOf(store: ArchiveStore, owner: string): Promise<readonly ArchiveEntry[]> {
  return (await store.find(owner, ALL)).entries;
}

export function archiveConformance(open: () => Promise<Medium>): void {
  describe('archive store', () => {
    test('an entry comes back as it was, its id known when committed and not before', async () => {
      const { storage } = await openFixture(open);
      const store = storage.archive('host.test', 'archive');
      const stanza = Buffer.from("<message xmlns='jabber:client'><body>\u00e9 \u{1f600}</body></message>");
      const entry: NewEntry = {
        when: 1_700_000_000_123_456,
        with: '\u00e9@host.test',
        resource: 'Caf\u00e9 \u{1f600}',
        stanza: stanza.toString('latin1'),
        text: '\u00e9 \u{1f600}',
      };
      const unit = storage.unit();
      const appended = store.append(unit, 'a', entry);
      const bare = store.append(unit, 'a', { when: 0, with: '', stanza: '' });
      expect([appended.id, appended.when, appended.ticket]).toEqual([undefined, undefined, unit.ticket]);
      unit.submit();
      expect(appended.id).toBeUndefined();
      await unit.ticket.settled();
      const expected = { ...entry, id: appended.id, seq: 1 };
      expect(appended).toMatchObject({ when: entry.when, duplicate: false });
      expect(appended.id).toMatch(/./);
      expect(await entriesOf(store, 'a')).toEqual([
        expected,
        { id: bare.id, seq: 2, when: entry.when, with: '', resource: undefined, stanza: '', text: undefined },
      ]);
      expect(await store.get('a', appended.id ?? '')).toEqual(expected);
      expect(await store.get('a', 'unknown')).toBeUndefined();
      expect(await store.get('b', appended.id ?? '')).toBeUndefined();
    });

    test('seq is the order of commit, without holes; time never goes back', async () => {
      const { storage } = await openFixture(open);
      const store = storage.archive('host.test', 'archive');
      const first = storage.unit();
      const late = store.append(first, 'a', message(30));
      for (const when of [10, 20]) {
        inUnit(storage, (unit) => {
          store.append(unit, 'a', message(when));
          store.append(unit, 'b', message(when));
        });
      }
      first.submit();
      await append(storage, store, 'a', message(5));
      const entries = await entriesOf(store, 'a');
      expect(entries.map(({ seq, when }) => [seq, when])).toEqual([
        [1, 10],
        [2, 20],
        [3, 30],
        [4, 30],
      ]);
      expect(entries[2]?.id).toBe(late.id);
      expect((await entriesOf(store, 'b')).map(({ seq }) => seq)).toEqual([1, 2]);
      expect(new Set(entries.map(({ id }) => id)).size).toBe(4);
    });

    test('time does not go back behind deleted entries, and positions are not given again', async () => {
      const { storage } = await openFixture(open);
      const store = storage.archive('host.test', 'archive');
      const gone = await append(storage, store, 'a', message(50));
      inUnit(storage, (unit) => store.delete(unit, 'a', {}));
      const next = await append(storage, store, 'a', message(10));
      expect(await entriesOf(store, 'a')).toMatchObject([{ id: next.id, seq: 2, when: 50 }]);
      expect(next.id).not.toBe(gone.id);
    });

    test('an archive that was cleared shares no id with the one after it', async () => {
      const { storage } = await openFixture(open);
      const store = storage.archive('host.test', 'archive');
      const before = await append(storage, store, 'a', message(50));
      inUnit(storage, (unit) => store.clear(unit, 'a'));
      expect([await entriesOf(store, 'a'), await collect(store.owners())]).toEqual([[], []]);
      const after = await append(storage, store, 'a', message(10));
      expect(await entriesOf(store, 'a')).toMatchObject([{ id: after.id, seq: 1, when: 10 }]);
      expect(after.id).not.toBe(before.id);
      await expect(store.find('a', { ...ALL, after: before.id })).rejects.toMatchObject({
        condition: 'item-not-found',
      });
    });

    test('an id of its own is kept; a second entry with it replaces the first, at the end', async () => {
      const { storage } = await openFixture(open);
      const store = storage.archive('host.test', 'archive');
      for (const id of ['x', 'y', 'x']) await append(storage, store, 'a', message(1, { id, text: id }));
      await append(storage, store, 'b', message(1, { id: 'x' }));
      expect(await entriesOf(store, 'a')).toMatchObject([
        { id: 'y', seq: 2 },
        { id: 'x', seq: 3 },
      ]);
      expect(await entriesOf(store, 'b')).toMatchObject([{ id: 'x', seq: 1 }]);
    });

    test('nobody can make a later entry replace one by guessing its id', async () => {
      const { storage } = await openFixture(open);
      const store = storage.archive('host.test', 'archive');
      const known = await append(storage, store, 'a', message(1));
      // Ids may be counted: guess those of the positions from 2000 on, however they are written.
      const guesses = new Set<string>();
      const id = known.id ?? '';
      for (const base of [10, 16, 32, 36]) {
        for (let width = 1; width <= 8; width++) {
          for (let n = 2000; n < 2010; n++) {
            const number = n.toString(base);
            guesses.add(id.slice(0, -width) + number).add(id.slice(0, -width) + number.padStart(width, '0'));
          }
        }
      }
      inUnit(storage, (unit) => {
        for (const guess of guesses) store.append(unit, 'a', message(2, { id: guess, text: 'guessed' }));
        for (let n = guesses.size; n < 2020; n++) store.append(unit, 'a', message(3));
      });
      const { entries } = await store.find('a', { ...ALL, max: 5000 });
      const guessed = entries.filter(({ text }) => text === 'guessed');
      expect([guessed.length, entries.length]).toEqual([guesses.size, 2021]);
      expect(new Set(entries.map((entry) => entry.id)).size).toBe(entries.length);
    });

    test('a dedupe key met again within 24 hours writes nothing and answers with the first id', async () => {
      const { storage } = await openFixture(open);
      const store = storage.archive('host.test', 'archive');
      const first = await append(storage, store, 'a', message(HOUR, { dedupe: 'k' }));
      const again = await append(storage, store, 'a', message(2 * HOUR, { dedupe: 'k' }));
      expect(again).toMatchObject({ id: first.id, when: HOUR, duplicate: true });
      expect(await append(storage, store, 'a', message(HOUR, { dedupe: 'other' }))).toMatchObject({ duplicate: false });
      expect(await append(storage, store, 'b', message(HOUR, { dedupe: 'k' }))).toMatchObject({ duplicate: false });
      const last = await append(storage, store, 'a', message(HOUR + DEDUPE_WINDOW, { dedupe: 'k' }));
      expect(last).toMatchObject({ id: first.id, duplicate: true });
      const late = await append(storage, store, 'a', message(HOUR + DEDUPE_WINDOW + 1, { dedupe: 'k' }));
      expect(late).toMatchObject({ duplicate: false });
      inUnit(storage, (unit) => store.delete(unit, 'a', { ids: [late.id ?? ''] }));
      const rewritten = await append(storage, store, 'a', message(HOUR + DEDUPE_WINDOW + 2, { dedupe: 'k' }));
      expect(rewritten).toMatchObject({ duplicate: false });
      expect((await entriesOf(store, 'a')).length).toBe(3);
      // Two copies in one unit, and in one batch.
      const unit = storage.unit();
      const copies = [1, 2].map(() => store.append(unit, 'c', message(1, { dedupe: 'k' })));
      unit.submit();
      expect(await append(storage, store, 'c', message(1, { dedupe: 'k' }))).toMatchObject({ duplicate: true });
      expect(copies.map(({ duplicate }) => duplicate)).toEqual([false, true]);
    });

    test('words of the text are found whatever their case', async () => {
      const { storage } = await openFixture(open);
      const store = storage.archive('host.test', 'archive');
      for (const text of ['Meet at Noon', 'noon or later', '100% _ sure', undefined]) {
        await append(storage, store, 'a', message(1, { text }));
      }
      const found = async (text: string): Promise<unknown> =>
        (await store.find('a', { ...ALL, text })).entries.map(({ seq }) => seq);
      expect(await found('noon')).toEqual([1, 2]);
      expect(await found('NOON  meet')).toEqual([1]);
      expect(await found('noon sure')).toEqual([]);
    });

    test('expiry takes the oldest first, at most the limit, of all owners', async () => {
      const { storage } = await openFixture(open);
      const store = storage.archive('host.test', 'archive');
      const other = storage.archive('host.test', 'other');
      inUnit(storage, (unit) => {
        for (const owner of ['a', 'b']) {
          for (let when = 1; when <= 10; when++) store.append(unit, owner, message(when));
        }
        other.append(unit, 'a', message(1));
      });
      expect(await store.expire(6, 7)).toBe(7);
      const left = [...(await entriesOf(store, 'a')), ...(await entriesOf(store, 'b'))];
      expect(left.length).toBe(13);
      for (const owner of ['a', 'b']) {
        const seqs = (await entriesOf(store, owner)).map(({ seq }) => seq);
        expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, i) => 11 - seqs.length + i));
      }
      expect([await store.expire(6, 7), await store.expire(6, 7), await store.expire(6, 0)]).toEqual([3, 0, 0]);
      expect((await entriesOf(store, 'a')).map(({ when }) => when)).toEqual([6, 7, 8, 9, 10]);
      expect(await store.expire(100, 100)).toBe(10);
      expect([await collect(store.owners()), await collect(other.owners())]).toEqual([[], ['a']]);
    });

    test('a reader that pages while others write meets every entry once, in order', async () => {
      const { storage, faults } = await openFixture(open, { batchUnits: 5 });
      const store = storage.archive('host.test', 'archive');
      faults.randomise(7, { delay: 1, faults: { unavailable: 0.1, lost: 0.1, unknown: 0.1 } });
      let writing = true;
      const write = async (name: string): Promise<void> => {
        for (let i = 0; i < 60; i++) {
          inUnit(storage, (unit) => store.append(unit, 'a', message(i, { text: `${name}${i}` })));
          if (i % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
        }
      };
      const writers = Promise.all(['x', 'y', 'z'].map(write)).then(() => (writing = false));
      const seen: (string | undefined)[] = [];
      let last: string | undefined;
      for (;;) {
        const more: boolean = writing;
        const { entries } = await store.find('a', { order: 'forward', max: 4, after: last });
        seen.push(...entries.map(({ text }) => text));
        last = entries.at(-1)?.id ?? last;
        if (entries.length === 0 && !more) break;
        await new Promise((resolve) => setImmediate(resolve)); // a medium that answers at once must not starve timers
        if (seen.length > 180) break;
      }
      await writers;
      expect(seen).toEqual((await entriesOf(store, 'a')).map(({ text }) => text));
      expect(seen.length).toBe(180);
    });
  });
}
