import { expect, test } from 'vitest';
import { JidCache } from './jid-cache.ts';

interface Value {
  readonly key: string;
}

function value(key: string): Value {
  return { key };
}

test('gives back what was set for exactly this text', () => {
  const cache = new JidCache<Value>(10, 20);
  const a = value('a');
  cache.set('A', a);
  cache.set('a', a);
  expect([cache.get('A'), cache.get('a'), cache.get('b')]).toEqual([a, a, undefined]);
});

test('holds two generations at most', () => {
  const cache = new JidCache<Value>(10, 20);
  for (let i = 0; i < 1000; i++) cache.set(String(i), value(String(i)));
  const held = Array.from({ length: 1000 }, (_, i) => String(i)).filter((text) => cache.get(text) !== undefined);
  expect(held.length).toBeLessThanOrEqual(20);
  expect(held.length).toBeGreaterThanOrEqual(10);
});

test('a flood of new texts does not displace what is in use', () => {
  const cache = new JidCache<Value>(10, 20);
  const used = value('used');
  cache.set('used', used);
  for (let i = 0; i < 1000; i++) {
    cache.set(String(i), value(String(i)));
    if (i % 5 === 0) expect(cache.get('used')).toBe(used);
  }
});

test('does not keep long texts', () => {
  const cache = new JidCache<Value>(10, 20);
  const [fits, long] = ['a'.repeat(20), 'a'.repeat(21)];
  cache.set(fits, value(fits));
  cache.set(long, value(long));
  expect([cache.get(fits)?.key, cache.get(long)]).toEqual([fits, undefined]);
  for (let i = 0; i < 100; i++) cache.set(`${long}${String(i)}`, value(long));
  expect(cache.get(fits)?.key, 'long texts take no room').toBe(fits);
});
