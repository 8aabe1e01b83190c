/** Conformance: archives against a reference model. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ArchiveQuery, ArchiveStore } from '../archive-store.ts';
import { DEDUPE_WINDOW } from '../archive-store.ts';
import { ArchiveModel } from './archive-model.ts';
import { append, entriesOf } from './archives.ts';
import type { Medium } from './fixture.ts';
import { inUnit, openFixture } from './fixture.ts';

export function archiveModelConformance(open: () => Promise<Medium>, runs: number): void {
  describe('archive store and its model', () => {
    /** Mostly absent, so that what is generated has matches. */
    const seldom = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
      fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
    const owner = fc.constantFrom('a', 'a', 'a', 'b');
    const party = fc.constantFrom('x@h', 'y@h', '');
    const time = fc.oneof(
      { weight: 6, arbitrary: fc.nat(20) },
      { weight: 1, arbitrary: fc.constantFrom(DEDUPE_WINDOW, DEDUPE_WINDOW + 5, 3 * DEDUPE_WINDOW) },
    );
    const filter = {
      with: seldom(party),
      resource: seldom(fc.constantFrom('r1', 'r2')),
      start: seldom(time),
      end: seldom(time),
    };
    /** Chooses among the ids seen so far. */
    const pick = seldom(fc.nat(1000));
    const picks = seldom(fc.array(fc.nat(1000), { maxLength: 3 }));
    const step = fc.oneof(
      {
        weight: 30,
        arbitrary: fc.record({
          kind: fc.constant('append' as const),
          owner,
          when: time,
          with: party,
          resource: fc.constantFrom(undefined, 'r1', 'r2'),
          id: seldom(fc.constantFrom('i1', 'i2', 'i3')),
          dedupe: seldom(fc.constantFrom('d1', 'd2')),
          text: fc.constantFrom(undefined, 'one', 'two words', 'words'),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant('delete' as const),
          owner,
          filter: fc.record({ ...filter, keep: fc.nat(6) }),
          all: fc.boolean(),
          ids: picks,
        }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const), owner }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const), before: time }) },
    );
    const query = fc.record({
      owner,
      filter: fc.record(filter),
      ids: picks,
      after: pick,
      before: pick,
      afterId: pick,
      beforeId: pick,
      text: seldom(fc.constantFrom('words', 'ONE', 'two words')),
      order: fc.constantFrom('forward' as const, 'backward' as const),
      max: fc.nat(6),
    });

    test('equals a reference model under any writes, queries and paging', async () => {
      const script = fc.array(step, { minLength: 10, maxLength: 60, size: 'max' });
      const queries = fc.array(query, { minLength: 5, maxLength: 20 });
      const property = fc.asyncProperty(script, queries, async (steps, asked) => {
        const { storage } = await openFixture(open);
        const store = storage.archive('host.test', 'archive');
        const models = { a: new ArchiveModel(), b: new ArchiveModel() };
        const model = (name: string): ArchiveModel => (name === 'a' ? models.a : models.b);
        const made = new Set<string>();
        const seen: string[] = ['unknown'];
        const idAt = (n: number | undefined): string | undefined => (n === undefined ? n : seen[n % seen.length]);
        /** Mostly one that is there. */
        const knownAt = (name: string, n: number | undefined): string | undefined => {
          const { rows } = model(name);
          return n === undefined || n % 10 === 0 ? idAt(n) : (rows[n % rows.length]?.id ?? 'unknown');
        };
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
            const { keep, ...conditions } = action.filter;
            const ids = action.ids?.map((n) => idAt(n) ?? '');
            const chosen = { ...conditions, ids, keep: action.all ? undefined : keep };
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
            ids: rest.ids?.map((n) => knownAt(name, n) ?? ''),
            after: knownAt(name, rest.after),
            before: knownAt(name, rest.before),
            afterId: knownAt(name, rest.afterId),
            beforeId: knownAt(name, rest.beforeId),
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
      expect(ids.length).toBeLessThanOrEqual(whole.ids.length); // or a page that comes again would never end
    }
    expect(ids).toEqual(whole.ids);
  }
}
