/** Conformance: blobs. */
import { describe, expect, test } from 'vitest';
import type { Medium } from './fixture.ts';
import { collect, openFixture } from './fixture.ts';

const HOST = 'host.test';

async function* chunks(...parts: (string | Error)[]): AsyncIterable<Uint8Array> {
  for (const part of parts) {
    if (typeof part !== 'string') throw part;
    yield Buffer.from(part);
  }
}

export function blobConformance(open: () => Promise<Medium>): void {
  describe('blob store', () => {
    test('put, get, size, delete, clear', async () => {
      const { storage } = await openFixture(open);
      const store = storage.blob(HOST, 'uploads');
      const read = async (owner: string, key: string): Promise<string | undefined> => {
        const blob = await store.get(owner, key);
        if (blob === undefined) return undefined;
        const bytes = Buffer.concat(await collect(blob.chunks));
        expect(bytes.length).toBe(blob.size);
        return bytes.toString();
      };
      expect([await read('a', 'x'), await store.size('a', 'x'), await store.delete('a', 'x')]).toEqual([
        undefined,
        undefined,
        false,
      ]);
      expect(await store.put('a', 'x', chunks('hel', 'lo'), 5)).toBe(5);
      expect([await read('a', 'x'), await store.size('a', 'x')]).toEqual(['hello', 5]);
      await store.put('a', 'x', chunks(), 5);
      await store.put('a', '../y', chunks('y'), 5);
      await store.put('b', 'x', chunks('b'), 5);
      expect([await read('a', 'x'), await read('a', '../y'), await read('b', 'x')]).toEqual(['', 'y', 'b']);
      expect(await collect(store.owners())).toEqual(['a', 'b']);
      expect([await store.delete('a', 'x'), await store.size('a', 'x')]).toEqual([true, undefined]);
      await store.clear('a');
      expect([await read('a', '../y'), await read('b', 'x')]).toEqual([undefined, 'b']);
      expect(await collect(store.owners())).toEqual(['b']);
    });

    test('a source that fails or yields too much leaves what was there', async () => {
      const { storage } = await openFixture(open);
      const store = storage.blob(HOST, 'uploads');
      await store.put('a', 'x', chunks('before'), 10);
      await expect(store.put('a', 'x', chunks('0123456789', 'x'), 10)).rejects.toMatchObject({
        condition: 'value-too-large',
      });
      await expect(store.put('a', 'x', chunks('01', new Error('cut')), 10)).rejects.toThrow('cut');
      await expect(store.put('b', 'x', chunks(new Error('cut')), 10)).rejects.toThrow('cut');
      expect([await store.size('a', 'x'), await collect(store.owners())]).toEqual([6, ['a']]);
    });

    test('a blob is not seen before it is complete, and one being read is not changed', async () => {
      const { storage } = await openFixture(open);
      const store = storage.blob(HOST, 'uploads');
      const { promise, resolve } = Promise.withResolvers<void>();
      const buffer = Buffer.from('ab');
      const slow = async function* (): AsyncIterable<Uint8Array> {
        yield buffer;
        await promise;
        buffer.fill('z'); // the store must have copied what it was given
        yield Buffer.from('cd');
      };
      const put = store.put('a', 'x', slow(), 10);
      expect(await store.get('a', 'x')).toBeUndefined();
      resolve();
      await put;
      const reading = await store.get('a', 'x');
      await store.put('a', 'x', chunks('other'), 10);
      expect(reading && Buffer.concat(await collect(reading.chunks)).toString()).toBe('abcd');
    });
  });
}
