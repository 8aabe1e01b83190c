import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FlowCheck, sumOf } from './flow-check.ts';

function flow(sent: number, arrivals: readonly number[]): FlowCheck {
  const check = new FlowCheck();
  for (let n = 0; n < sent; n++) check.send();
  for (const sequence of arrivals) check.receive(sequence);
  return check;
}

test.each([
  ['all in order', 3, [0, 1, 2], {}],
  ['one under way', 3, [0, 1], { lost: 1 }],
  ['one lost before others', 4, [0, 2, 3], { lost: 1 }],
  ['one late', 3, [1, 2, 0], { reordered: 1 }],
  ['two late', 4, [3, 1, 2, 0], { reordered: 3 }],
  ['one twice', 2, [0, 0, 1], { doubled: 1 }],
  ['an early one twice', 3, [2, 2, 0, 1], { doubled: 1, reordered: 2 }],
  ['one that was never sent', 1, [0, 1], { strange: 1 }],
])('%s', (_, sent, arrivals, expected) => {
  const none = { lost: 0, doubled: 0, reordered: 0, strange: 0 };
  expect(flow(sent, arrivals).counts()).toMatchObject({ ...none, sent, ...expected });
});

test('says whether a message came for the first time', () => {
  const check = flow(2, []);
  expect([1, 1, 0, 5].map((sequence) => check.receive(sequence))).toEqual([true, false, true, false]);
});

test('counts as a list of all arrivals would', () => {
  fc.assert(
    fc.property(fc.nat({ max: 20 }), fc.array(fc.nat({ max: 25 })), (sent, arrivals) => {
      const known = arrivals.filter((sequence) => sequence < sent);
      const first = known.filter((sequence, index) => known.indexOf(sequence) === index);
      expect(flow(sent, arrivals).counts()).toEqual({
        sent,
        received: first.length,
        lost: sent - first.length,
        doubled: known.length - first.length,
        reordered: first.filter((sequence, index) => first.slice(0, index).some((before) => before > sequence)).length,
        strange: arrivals.length - known.length,
      });
    }),
  );
});

test('flows are added up', () => {
  const stray = flow(1, [0]);
  stray.stray();
  const sum = sumOf([flow(3, [0, 0]), flow(2, [1, 0]), stray].map((check) => check.counts()));
  expect(sum).toEqual({ sent: 6, received: 4, lost: 2, doubled: 1, reordered: 1, strange: 1 });
});
