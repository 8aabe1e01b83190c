import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inUnit, numberStore, openFixture } from '../storage/conformance/fixture.ts';
import { seededRandom } from '../storage/conformance/random.ts';
import { MemoryBlobs } from '../storage/memory/memory-blobs.ts';
import { MemoryDriver } from '../storage/memory/memory-driver.ts';
import { Ticket } from '../storage/ticket.ts';
import { PrefixCounter } from '../util/prefix-counter.ts';
import { ReleaseQueue } from './release-queue.ts';
import type { Releasable } from './release-queue.ts';

const recorder = (left: string[], name: string): Releasable => ({
  release: (failure) => void left.push(failure === undefined ? name : `${name}: ${failure.message}`),
});

test('an output leaves at once when nothing is pending before it', () => {
  const left: string[] = [];
  const queue = new ReleaseQueue();
  const committed = new Ticket();
  committed.settle();
  const failed = new Ticket();
  failed.settle(new Error('disk'));
  queue.push(undefined, recorder(left, 'a'));
  expect(left).toEqual(['a']);
  queue.push(committed, recorder(left, 'b'));
  queue.push(failed, recorder(left, 'c'));
  expect(left).toEqual(['a', 'b', 'c: disk']);
});

test('an output waits for its ticket and for all before it, and failures hold nobody back', () => {
  const left: string[] = [];
  const queue = new ReleaseQueue();
  const [a, b, c] = [new Ticket(), new Ticket(), new Ticket()];
  queue.push(a, recorder(left, 'a'));
  queue.push(undefined, recorder(left, 'after a'));
  queue.push(b, recorder(left, 'b'));
  queue.push(c, recorder(left, 'c'));
  queue.push(undefined, recorder(left, 'after c'));
  c.settle();
  expect(left).toEqual([]);
  a.settle(new Error('disk'));
  expect(left).toEqual(['a: disk', 'after a']);
  b.settle();
  expect(left).toEqual(['a: disk', 'after a', 'b', 'c', 'after c']);
});

test('several outputs of one ticket leave together', () => {
  const left: string[] = [];
  const queue = new ReleaseQueue();
  const ticket = new Ticket();
  queue.push(ticket, recorder(left, 'a'));
  queue.push(ticket, recorder(left, 'b'));
  ticket.settle();
  expect(left).toEqual(['a', 'b']);
});

test('what an output pushes leaves behind it and behind what waits', () => {
  const left: string[] = [];
  const queue = new ReleaseQueue();
  const pushing = (name: string): Releasable => ({
    release: () => {
      queue.push(undefined, recorder(left, `${name} nested`));
      left.push(name);
    },
  });
  queue.push(undefined, pushing('at once'));
  expect(left.splice(0)).toEqual(['at once', 'at once nested']);
  const ticket = new Ticket();
  queue.push(ticket, pushing('waited'));
  queue.push(undefined, recorder(left, 'next'));
  ticket.settle();
  expect(left).toEqual(['waited', 'next', 'waited nested']);
});

test('an output that pushes one with a pending ticket is followed by it when that settles', () => {
  const left: string[] = [];
  const queue = new ReleaseQueue();
  const ticket = new Ticket();
  queue.push(undefined, { release: () => queue.push(ticket, recorder(left, 'nested')) });
  expect([left, queue.length]).toEqual([[], 1]);
  ticket.settle();
  expect([left, queue.length]).toEqual([['nested'], 0]);
});

describe('an output that takes time', () => {
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  test('holds those behind it', async () => {
    const left: string[] = [];
    const queue = new ReleaseQueue();
    const { promise, resolve } = Promise.withResolvers<void>();
    queue.push(undefined, { release: () => promise.then(() => void left.push('slow')) });
    queue.push(undefined, recorder(left, 'next'));
    const ticket = new Ticket();
    queue.push(ticket, recorder(left, 'with ticket'));
    ticket.settle();
    await turn();
    expect([left, queue.length]).toEqual([[], 2]);
    resolve();
    await turn();
    expect([left, queue.length]).toEqual([['slow', 'next', 'with ticket'], 0]);
  });

  test('holds one whose ticket was pending when it was pushed and settles meanwhile', async () => {
    const left: string[] = [];
    const queue = new ReleaseQueue();
    const { promise, resolve } = Promise.withResolvers<void>();
    queue.push(undefined, { release: () => promise.then(() => void left.push('slow')) });
    const ticket = new Ticket();
    queue.push(ticket, recorder(left, 'with ticket'));
    ticket.settle();
    await turn();
    expect(left).toEqual([]);
    resolve();
    await turn();
    expect(left).toEqual(['slow', 'with ticket']);
  });

  test('does not hold them for ever by failing', async () => {
    const left: string[] = [];
    const reports: unknown[] = [];
    const queue = new ReleaseQueue(undefined, (error) => reports.push(error));
    queue.push(undefined, { release: () => Promise.reject(new Error('away')) });
    queue.push(undefined, recorder(left, 'next'));
    await turn();
    expect([left, reports]).toEqual([['next'], [new Error('away')]]);
  });
});

test('an output that throws is reported and holds nobody back', () => {
  const left: string[] = [];
  const reports: unknown[] = [];
  const queue = new ReleaseQueue(undefined, (error) => reports.push(error));
  const throwing: Releasable = {
    release: () => {
      throw new Error('bug');
    },
  };
  queue.push(undefined, throwing);
  const ticket = new Ticket();
  queue.push(ticket, throwing);
  queue.push(undefined, recorder(left, 'next'));
  ticket.settle();
  expect([left, reports]).toEqual([['next'], [new Error('bug'), new Error('bug')]]);
});

test('tells its length and bytes, and when nothing waits any more', () => {
  let drained = 0;
  const queue = new ReleaseQueue(() => drained++);
  const left: string[] = [];
  queue.push(undefined, recorder(left, 'a'), 1000);
  expect([queue.length, queue.bytes, drained]).toEqual([0, 0, 0]);
  const [b, c] = [new Ticket(), new Ticket()];
  queue.push(b, recorder(left, 'b'), 10);
  queue.push(undefined, recorder(left, 'b2'), 20);
  queue.push(c, recorder(left, 'c'), 30);
  expect([queue.length, queue.bytes]).toEqual([3, 60]);
  b.settle();
  expect([queue.length, queue.bytes, drained]).toEqual([1, 30, 0]);
  c.settle();
  expect([queue.length, queue.bytes, drained]).toEqual([0, 0, 1]);
});

test('under random delays and faults: order kept, nothing before its ticket, h counts no stanza that has not left', async () => {
  /** Per stanza: does it write, does its unit fail, how many outputs has it, are they slow. */
  const stanza = fc.record({
    writes: fc.boolean(),
    poison: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    outputs: fc.integer({ min: 1, max: 3 }),
    slow: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    pause: fc.boolean(),
  });
  const property = fc.asyncProperty(fc.array(stanza, { maxLength: 40 }), fc.integer(), async (stanzas, seed) => {
    const { storage, faults } = await openFixture(
      async () => ({ driver: new MemoryDriver(), blobs: new MemoryBlobs() }),
      { batchUnits: 4, retry: { first: 0, last: 0 } },
    );
    faults.randomise(seed, { delay: 0.5, faults: { refused: 0.2, unavailable: 0.1, lost: 0.1, unknown: 0.1 } });
    const store = numberStore(storage);
    const random = seededRandom(seed);
    const broken: unknown[] = [];
    const queue = new ReleaseQueue(undefined, (error) => broken.push(error));
    const handled = new PrefixCounter();
    const pushed: string[] = [];
    const left: string[] = [];
    const gone = new Set<number>();
    const checkPrefix = (): void => {
      for (let i = 0; i < handled.prefix; i++) expect(gone.has(i)).toBe(true);
      if (gone.size === 0) expect(handled.prefix).toBe(0);
    };
    for (const { writes, poison, outputs, slow, pause } of stanzas) {
      const seq = handled.begin();
      const ticket = writes
        ? inUnit(storage, (unit) =>
            store.update(unit, `owner ${seq % 3}`, (value) => {
              if (poison) throw new Error('poison');
              return (value ?? 0) + 1;
            }),
          )
        : undefined;
      for (let i = 1; i <= outputs; i++) {
        const name = `${seq} ${i}`;
        pushed.push(name);
        const finish = (): void => {
          left.push(name);
          if (i < outputs) return;
          gone.add(seq);
          handled.finish(seq);
        };
        const release = (failure: Error | undefined): void | Promise<void> => {
          expect(ticket?.state).not.toBe('pending');
          expect(failure).toBe(i === 1 ? ticket?.error : undefined);
          if (poison && writes && i === 1) expect(failure).toBeDefined();
          checkPrefix();
          if (!slow) return finish();
          return new Promise<void>((resolve) => setTimeout(resolve, random())).then(finish);
        };
        // Not every stanza knows its ticket in each output: what is behind a ticket waits for it anyway.
        queue.push(i === 1 ? ticket : undefined, { release }, 1);
      }
      checkPrefix();
      expect(queue.bytes).toBe(queue.length);
      if (pause) await new Promise((resolve) => setImmediate(resolve));
    }
    await storage.drain();
    while (left.length < pushed.length && broken.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(broken).toEqual([]);
    expect(left).toEqual(pushed);
    expect([handled.prefix, queue.length, queue.bytes]).toEqual([stanzas.length, 0, 0]);
  });
  await fc.assert(property, { numRuns: 60 });
});
