import { expect, it } from 'vitest';
import { flushLater, readLater } from './loop-turn.ts';

it('reads, then flushes, once a turn; what comes up meanwhile waits for the next', async () => {
  const seen: string[] = [];
  const again = { readWaiting: () => void seen.push('read again') };
  const writer = { flush: () => void seen.push('flush') };
  const late = { flush: () => void seen.push('flush late') };
  flushLater(writer);
  readLater({
    readWaiting: () => {
      seen.push('read');
      flushLater(late);
      readLater(again);
    },
  });
  expect(seen).toEqual([]);
  await new Promise(setImmediate);
  expect(seen).toEqual(['read', 'flush', 'flush late']);
  await new Promise(setImmediate);
  expect(seen).toEqual(['read', 'flush', 'flush late', 'read again']);
});
