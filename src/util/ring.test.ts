import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Ring } from './ring.ts';

test('an empty ring answers undefined', () => {
  const ring = new Ring<string>();
  expect([ring.length, ring.first, ring.shift()]).toEqual([0, undefined, undefined]);
  ring.push('a');
  expect([ring.length, ring.first, ring.shift(), ring.shift()]).toEqual([1, 'a', 'a', undefined]);
});

test('behaves as an array does under any mix of push and shift', () => {
  // Runs of pushes and shifts, so that the ring wraps, grows while wrapped, and gives its buffer back.
  const runs = fc.array(fc.integer({ min: -40, max: 40 }), { maxLength: 40 });
  fc.assert(
    fc.property(runs, (lengths) => {
      const ring = new Ring<number>();
      const model: number[] = [];
      let next = 1;
      for (const length of lengths) {
        for (let i = 0; i < Math.abs(length); i++) {
          if (length > 0) {
            ring.push(next);
            model.push(next++);
          } else {
            expect(ring.shift()).toBe(model.shift());
          }
          expect(ring.length).toBe(model.length);
          expect(ring.first).toBe(model[0]);
        }
      }
    }),
  );
});
