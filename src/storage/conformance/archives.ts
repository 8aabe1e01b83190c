/** Conformance: archives. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Appended, ArchiveEntry, ArchiveQuery, ArchiveStore, NewEntry } from '../archive-store.ts';
import { DEDUPE_WINDOW } from '../archive-store.ts';
import type { Storage } from '../stores.ts';
import { ArchiveModel } from './archive-model.ts';
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
async function append(storage: Storage, store: ArchiveStore, owner: string, entry: NewEntry): Promise<Appended> {
  const unit = storage.unit();
  const appended = store.append(unit, owner, entry);
  unit.submit();
  await unit.ticket.settled();
  return appended;
}

async function entriesOf(store: ArchiveStore, owner: string): Promise<readonly ArchiveEntry[]> {
  return (await store.find(owner, ALL)).entries;
}

export function archiveConformance(open: () => Promise<Medium>, runs: number): void {
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
      // Ids look like counted ones to whoever has seen one: take the next ten of any base.
      const guesses = new Set<string>();
      const id = known.id ?? '';
      for (const base of [10, 16, 32, 36]) {
        for (const width of [0, 1, 2, 4, 8, 12, 16]) {
          const tail = id.slice(id.length - (width === 0 ? 1 : width));
          for (let n = 1; n <= 10; n++) {
            const next = (Number.parseInt(tail, base) + n).toString(base);
            guesses.add(id.slice(0, id.length - tail.length) + next.padStart(tail.length, '0'));
          }
        }
      }
      inUnit(storage, (unit) => {
        for (const guess of guesses) store.append(unit, 'a', message(2, { id: guess, text: 'guessed' }));
      });
      for (let n = 0; n < 20; n++) await append(storage, store, 'a', message(3));
      const entries = await entriesOf(store, 'a');
      const guessed = entries.filter(({ text }) => text === 'guessed');
      expect(guessed.length).toBe(new Set([...guesses].filter((guess) => guess !== id)).size);
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
      }
      await writers;
      expect(seen).toEqual((await entriesOf(store, 'a')).map(({ text }) => text));
      expect(seen.length).toBe(180);
    });

    const owner = fc.constantFrom('a', 'b');
    const party = fc.constantFrom('x@h', 'y@h', '');
    const resource = fc.constantFrom(undefined, 'r1', 'r2');
    const ownId = fc.option(fc.constantFrom('i1', 'i2', 'i3'), { nil: undefined, freq: 3 });
    const time = fc.oneof(fc.nat(20), fc.constantFrom(DEDUPE_WINDOW, DEDUPE_WINDOW + 5, 3 * DEDUPE_WINDOW));
    const filter = {
      with: fc.option(party, { nil: undefined }),
      resource,
      start: fc.option(time, { nil: undefined }),
      end: fc.option(time, { nil: undefined }),
    };
    /** Chooses among the ids seen so far; `undefined` for none. */
    const pick = fc.option(fc.nat(1000), { nil: undefined, freq: 2 });
    const step = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          kind: fc.constant('append' as const),
          owner,
          when: time,
          with: party,
          resource,
          id: ownId,
          dedupe: fc.option(fc.constantFrom('d1', 'd2'), { nil: undefined }),
          text: fc.constantFrom(undefined, 'one', 'two words', 'words'),
        }),
      },
      fc.record({
        kind: fc.constant('delete' as const),
        owner,
        filter: fc.record({ ...filter, keep: fc.option(fc.nat(3), { nil: undefined }) }),
        ids: fc.option(fc.array(fc.nat(1000), { maxLength: 3 }), { nil: undefined }),
      }),
      fc.record({ kind: fc.constant('clear' as const), owner }),
      fc.record({ kind: fc.constant('expire' as const), before: time }),
    );
    const query = fc.record({
      owner,
      filter: fc.record(filter),
      ids: fc.option(fc.array(fc.nat(1000), { maxLength: 3 }), { nil: undefined, freq: 5 }),
      after: pick,
      before: pick,
      afterId: pick,
      beforeId: pick,
      text: fc.constantFrom(undefined, undefined, 'words', 'ONE', 'two words'),
      order: fc.constantFrom('forward' as const, 'backward' as const),
      max: fc.nat(6),
    });

    test('equals a reference model under any writes, queries and paging', async () => {
      const script = fc.array(step, { maxLength: 40 });
      const queries = fc.array(query, { maxLength: 20 });
      const property = fc.asyncProperty(script, queries, async (steps, asked) => {
        const { storage } = await openFixture(open);
        const store = storage.archive('host.test', 'archive');
        const models = { a: new ArchiveModel(), b: new ArchiveModel() };
        const model = (name: string): ArchiveModel => (name === 'a' ? models.a : models.b);
        const made = new Set<string>();
        const seen: string[] = ['unknown'];
        const idAt = (n: number | undefined): string | undefined => (n === undefined ? n : seen[n % seen.length]);
        for (const [i, action] of steps.entries()) {
          if (action.kind === 'append') {
            const entry = { ...action, stanza: `<m${i}/>` };
            const duplicate = model(action.owner).duplicateOf(entry);
            const appended = await append(storage, store, action.owner, entry);
            const id = appended.id ?? 'none';
            if (duplicate === undefined) {
              if (entry.id === undefined) expect(made.has(id) || id === 'none').toBe(false);
              else expect(id).toBe(entry.id);
              const row = model(action.owner).append(entry, id);
              expect(appended).toMatchObject({ when: row.when, duplicate: false });
              made.add(id);
              seen.push(id);
            } else {
              expect(appended).toMatchObject({ id: duplicate.id, when: duplicate.when, duplicate: true });
            }
          } else if (action.kind === 'delete') {
            const chosen = { ...action.filter, ids: action.ids?.map((n) => idAt(n) ?? '') };
            inUnit(storage, (unit) => store.delete(unit, action.owner, chosen));
            model(action.owner).delete(chosen);
          } else if (action.kind === 'clear') {
            inUnit(storage, (unit) => store.clear(unit, action.owner));
            model(action.owner).clear();
          } else {
            const old = [...models.a.rows, ...models.b.rows].filter((row) => row.when < action.before);
            expect(await store.expire(action.before, 1000)).toBe(old.length);
            models.a.rows = models.a.rows.filter((row) => !old.includes(row));
            models.b.rows = models.b.rows.filter((row) => !old.includes(row));
          }
        }
        for (const name of ['a', 'b']) {
          const rows = model(name).rows.map(({ dedupe: _dedupe, ...entry }) => entry);
          expect(await entriesOf(store, name)).toEqual(rows);
        }
        for (const { owner: name, filter: chosen, ...rest } of asked) {
          const wanted: ArchiveQuery = {
            ...chosen,
            ids: rest.ids?.map((n) => idAt(n) ?? ''),
            after: idAt(rest.after),
            before: idAt(rest.before),
            afterId: idAt(rest.afterId),
            beforeId: idAt(rest.beforeId),
            text: rest.text,
            order: rest.order,
            max: rest.max,
            total: true,
          };
          const expected = model(name).find(wanted);
          const answer = store.find(name, wanted);
          if (expected === 'item-not-found') await expect(answer).rejects.toMatchObject({ condition: expected });
          else {
            const { entries, complete, total } = await answer;
            expect({ ids: entries.map(({ id }) => id), complete, total }).toEqual(expected);
          }
          if (rest.max > 0) await pageThrough(store, name, { ...chosen, text: rest.text }, model(name), rest.max);
        }
      });
      await fc.assert(property, { numRuns: runs });
    });
  });
}

/** Pages through what a filter matches, both ways, and holds it against the model. */
async function pageThrough(
  store: ArchiveStore,
  owner: string,
  filter: Partial<ArchiveQuery>,
  model: ArchiveModel,
  max: number,
): Promise<void> {
  const whole = model.find({ ...filter, order: 'forward', max: 1000 });
  if (whole === 'item-not-found') return;
  for (const order of ['forward', 'backward'] as const) {
    const ids: string[] = [];
    let edge: string | undefined;
    for (;;) {
      const bound = order === 'forward' ? { after: edge } : { before: edge };
      const { entries, complete, total } = await store.find(owner, { ...filter, ...bound, order, max });
      expect(total).toBeUndefined();
      const page = entries.map(({ id }) => id);
      if (order === 'forward') ids.push(...page);
      else ids.unshift(...page);
      edge = order === 'forward' ? page.at(-1) : page[0];
      if (complete) break;
      expect(page.length).toBe(max);
    }
    expect(ids).toEqual(whole.ids);
  }
}
