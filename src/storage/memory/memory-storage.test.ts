import { expect, test } from 'vitest';
import { inUnit, numberStore } from '../conformance/fixture.ts';
import type { Ticket } from '../ticket.ts';
import { memoryStorage } from './memory-storage.ts';

test('commits after the running callback and before the next turn of the loop', async () => {
  const storage = memoryStorage(() => undefined);
  const store = numberStore(storage);
  const order: string[] = [];
  setImmediate(() => order.push('next turn'));
  const ticket = inUnit(storage, (unit) => store.put(unit, 'a', 1));
  ticket.onSettled({ settled: () => order.push('committed') });
  expect(ticket.state).toBe('pending');
  order.push('callback ends');
  await new Promise((resolve) => setImmediate(resolve));
  expect(order).toEqual(['callback ends', 'committed', 'next turn']);
  expect(await store.get('a')).toBe(1);
});

test('what is submitted while a batch settles, or does not fit into it, is committed next', async () => {
  const storage = memoryStorage(() => undefined);
  const store = numberStore(storage);
  const increment = (owner: string): Ticket =>
    inUnit(storage, (unit) => store.update(unit, owner, (value) => (value ?? 0) + 1));
  for (let i = 0; i < 1000; i++) increment('many');
  increment('first').onSettled({ settled: () => void increment('second') });
  expect([await store.get('many'), await store.get('first'), await store.get('second')]).toEqual([1000, 1, 1]);
  await storage.drain();
});

test('what a ticket listener throws is reported and harms nothing', async () => {
  const reports: Error[] = [];
  const storage = memoryStorage((error) => reports.push(error));
  const store = numberStore(storage);
  inUnit(storage, (unit) => store.put(unit, 'a', 1)).onSettled({
    settled: () => {
      throw new Error('bug');
    },
  });
  inUnit(storage, (unit) => store.put(unit, 'a', 2));
  expect(await store.get('a')).toBe(2);
  expect(reports.length).toBe(1);
  await storage.close();
});
