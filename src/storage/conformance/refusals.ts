/** Conformance: what cannot be stored is refused before it is part of a unit. */
import { describe, expect, test } from 'vitest';
import type { Medium } from './fixture.ts';
import { openFixture, texts } from './fixture.ts';

const HOST = 'host.test';

export function refusalConformance(open: () => Promise<Medium>): void {
  describe('text and numbers that cannot be stored', () => {
    const bad: readonly string[] = ['\0', 'a\0b', '\ud800', 'a\udc00', '\udc00\ud800'];

    test.each(bad)('%j is refused everywhere, and the unit stays as it was', async (text) => {
      const { storage } = await openFixture(open);
      const keyed = storage.keyed(HOST, 'keyed', texts);
      const map = storage.map(HOST, 'map', texts);
      const counter = storage.counter(HOST, 'counter');
      const archive = storage.archive(HOST, 'archive');
      const blob = storage.blob(HOST, 'blob');
      const entry = { when: 1, with: '', stanza: '' };
      const query = { order: 'forward', max: 1 } as const;
      const unit = storage.unit();
      const writes: (() => unknown)[] = [
        () => keyed.put(unit, text, ''),
        () => keyed.put(unit, 'a', text),
        () => keyed.update(unit, text, () => ''),
        () => keyed.delete(unit, text),
        () => map.put(unit, text, 'k', ''),
        () => map.put(unit, 'a', text, ''),
        () => map.put(unit, 'a', 'k', text),
        () => map.update(unit, 'a', text, () => ''),
        () => map.delete(unit, 'a', text),
        () => map.clear(unit, text),
        () => counter.add(unit, text, 'k', 1),
        () => counter.add(unit, 'a', text, 1),
        () => archive.append(unit, text, entry),
        () => archive.append(unit, 'a', { ...entry, with: text }),
        () => archive.append(unit, 'a', { ...entry, resource: text }),
        () => archive.append(unit, 'a', { ...entry, stanza: text }),
        () => archive.append(unit, 'a', { ...entry, text }),
        () => archive.append(unit, 'a', { ...entry, id: text }),
        () => archive.append(unit, 'a', { ...entry, dedupe: text }),
        () => archive.delete(unit, text, {}),
        () => archive.delete(unit, 'a', { ids: [text] }),
        () => archive.delete(unit, 'a', { with: text }),
        () => storage.purge(unit, HOST, text),
      ];
      for (const write of writes) {
        expect(write, String(write)).toThrow(expect.objectContaining({ condition: 'invalid-value' }));
      }
      expect(unit.empty).toBe(true);
      const reads: (() => Promise<unknown>)[] = [
        () => keyed.get(text),
        () => map.get('a', text),
        () => map.all(text),
        () => counter.get('a', text),
        () => archive.get('a', text),
        () => archive.find(text, query),
        () => archive.find('a', { ...query, with: text }),
        () => archive.find('a', { ...query, ids: [text] }),
        () => archive.find('a', { ...query, after: text }),
        () => archive.find('a', { ...query, beforeId: text }),
        () => archive.find('a', { ...query, text }),
        () => blob.get('a', text),
        () => blob.put(text, 'k', (async function* () {})(), 1),
      ];
      for (const read of reads)
        await expect(read(), String(read)).rejects.toMatchObject({ condition: 'invalid-value' });
    });

    test.each([NaN, Infinity, 0.5, 2 ** 53])('%d is no time, difference or count', async (number) => {
      const { storage } = await openFixture(open);
      const unit = storage.unit();
      const archive = storage.archive(HOST, 'archive');
      const invalid: unknown = expect.objectContaining({ condition: 'invalid-value' });
      expect(() => storage.counter(HOST, 'counter').add(unit, 'a', 'k', number)).toThrow(invalid);
      expect(() => archive.append(unit, 'a', { when: number, with: '', stanza: '' })).toThrow(invalid);
      expect(() => archive.delete(unit, 'a', { keep: number })).toThrow(invalid);
      expect(unit.empty).toBe(true);
      for (const query of [{ max: number }, { max: 1, start: number }, { max: 1, end: number }, { max: -1 }]) {
        await expect(archive.find('a', { order: 'forward', ...query })).rejects.toEqual(invalid);
      }
      await expect(archive.expire(1, number)).rejects.toEqual(invalid);
    });

    test('a stanza is a string of bytes', async () => {
      const { storage } = await openFixture(open);
      const archive = storage.archive(HOST, 'archive');
      const entry = { when: 1, with: '', stanza: '<body>\u20ac</body>' };
      expect(() => archive.append(storage.unit(), 'a', entry)).toThrow(
        expect.objectContaining({ condition: 'invalid-value' }),
      );
    });
  });
}
