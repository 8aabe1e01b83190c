import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PrefixCounter } from './prefix-counter.ts';

test('counts only what is finished without a gap', () => {
  const counter = new PrefixCounter();
  const [a, b, c] = [counter.begin(), counter.begin(), counter.begin()];
  counter.finish(c);
  counter.finish(b);
  expect([counter.prefix, counter.open]).toEqual([0, 3]);
  counter.finish(a);
  expect([counter.prefix, counter.open]).toEqual([3, 0]);
});

test('an item cannot be finished twice, nor before it began', () => {
  const counter = new PrefixCounter();
  expect(() => counter.finish(0)).toThrow(RangeError);
  counter.begin();
  counter.begin();
  counter.finish(1);
  expect(() => counter.finish(1)).toThrow(RangeError);
  counter.finish(0);
  expect(() => counter.finish(0)).toThrow(RangeError);
  expect(() => counter.finish(2)).toThrow(RangeError);
  expect(() => counter.finish(-1)).toThrow(RangeError);
  expect(() => counter.finish(NaN)).toThrow(RangeError);
});

test('equals a set of the finished ones, in any order, also where 2^31 and 2^32 are passed', () => {
  const starts = fc.constantFrom(0, 2 ** 31 - 20, 2 ** 32 - 20, 2 ** 33 - 20);
  // A step begins some items, then finishes some: the numbers choose which of the open ones.
  const steps = fc.array(fc.tuple(fc.nat(50), fc.array(fc.nat(1000), { maxLength: 50 })), { maxLength: 20 });
  fc.assert(
    fc.property(starts, steps, (start, script) => {
      const counter = new PrefixCounter(start);
      const open: number[] = [];
      const finished = new Set<number>();
      let begun = start;
      for (const [begins, finishes] of script) {
        for (let i = 0; i < begins; i++) {
          open.push(counter.begin());
          expect(open.at(-1)).toBe(begun++);
        }
        for (const choice of finishes) {
          const [seq] = open.splice(choice % Math.max(1, open.length), 1);
          if (seq === undefined) break;
          counter.finish(seq);
          finished.add(seq);
          let expected = start;
          while (finished.has(expected)) expected++;
          expect(counter.prefix).toBe(expected % 2 ** 32);
          expect(counter.open).toBe(begun - expected);
        }
      }
    }),
  );
});

test('who joins late counts from there, whatever of the earlier ones is still open', () => {
  const counter = new PrefixCounter();
  const [a, b] = [counter.begin(), counter.begin()];
  const start = counter.begun;
  const c = counter.begin();
  counter.finish(c);
  expect(counter.prefixSince(start)).toBe(0);
  counter.finish(a);
  counter.finish(b);
  expect(counter.prefixSince(start)).toBe(1);
});
