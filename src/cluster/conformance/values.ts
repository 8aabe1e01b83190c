import { expect, it } from 'vitest';
import { type StartCluster, withCluster } from './cluster-under-test.ts';

/** Small shared maps. */
export function valueConformance(start: StartCluster): void {
  it('sets, overwrites and deletes fields, seen by all nodes', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      expect(await a.get('key')).toEqual(new Map());
      await a.put('key', 'one', '1');
      await b.put('key', 'two', '');
      await a.put('other', 'one', 'x');
      await b.put('key', 'one', 'ü😀\u0001');
      const fields = await a.get('key');
      expect(fields).toEqual(new Map([['one', 'ü😀\u0001'], ['two', '']])); // prettier-ignore
      expect(await b.del('key', 'one')).toBe(true);
      expect(await b.del('key', 'one')).toBe(false);
      expect(await a.get('key')).toEqual(new Map([['two', '']]));
      expect(fields.size).toBe(2); // a copy
      expect(await a.del('key')).toBe(true);
      expect(await a.del('key')).toBe(false);
      expect(await b.get('key')).toEqual(new Map());
      expect(await b.get('other')).toEqual(new Map([['one', 'x']]));
    }));

  it('deletes only the value that is meant', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      await a.put('key', 'field', 'mine');
      await b.put('key', 'field', 'yours');
      expect(await a.del('key', 'field', 'mine')).toBe(false);
      expect(await b.get('key')).toEqual(new Map([['field', 'yours']]));
      expect(await b.del('key', 'field', 'yours')).toBe(true);
      await a.put('key', 'one', 'x');
      await a.put('key', 'two', 'y');
      expect(await a.del('key', undefined, 'x')).toBe(true);
      expect(await a.get('key')).toEqual(new Map([['two', 'y']]));
    }));

  it('lets fields vanish after their time, counted from the last put', () =>
    withCluster(start, ['a', 'b'], async (cluster, a, b) => {
      await a.put('key', 'short', '1', 400);
      await a.put('key', 'long', '2');
      await a.put('key', 'renewed', '3', 400);
      expect((await b.get('key')).size).toBe(3);
      await cluster.elapse(300);
      await b.put('key', 'renewed', '4', 400);
      await cluster.elapse(200);
      expect(await a.get('key')).toEqual(new Map([['long', '2'], ['renewed', '4']])); // prettier-ignore
      expect(await a.del('key', 'short')).toBe(false);
      await a.put('key', 'renewed', '5');
      await cluster.elapse(600);
      expect((await b.get('key')).get('renewed')).toBe('5');
    }));

  it('keeps what a dead node wrote', () =>
    withCluster(start, ['a', 'b'], async (cluster, a, b) => {
      await b.put('occupants', 'nick', 'b');
      await cluster.crash(b);
      expect(await a.get('occupants')).toEqual(new Map([['nick', 'b']]));
    }));

  it('takes any text as key and field (S117)', () =>
    withCluster(start, ['a', 'b'], async (_, a, b) => {
      const texts = ['__proto__', 'constructor', 'toString', '', ':', 'ü😀'];
      for (const text of texts) expect((await a.get(text)).size).toBe(0);
      for (const key of texts) for (const field of texts) await a.put(key, field, key + field);
      for (const key of texts) {
        expect(await b.get(key)).toEqual(new Map(texts.map((field) => [field, key + field])));
      }
    }));
}
