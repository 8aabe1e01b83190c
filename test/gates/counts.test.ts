/**
 * What a message may cost: counted where that is exact, weighed where it is nearly so, timed against an echo server where
 * nothing else is left. Raise a budget of `budgets.json` only with the reason in the same commit.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import budgets from './budgets.json' with { type: 'json' };
import type { Row } from '../../bench/measure.ts';
import type { Probed } from './probe.ts';

/** How much more than its budget something may allocate. */
const BYTES_SLACK = 1.1;
/** How much more CPU than its budget something may use: the same code differs that much from run to run. */
const CPU_SLACK = 1.3;

/** So large that nothing is collected while bytes are counted, which some versions of Node can only see by what is in use. */
const YOUNG_GENERATION = '--min-semi-space-size=64';

async function run<T>(file: string, ...parameters: string[]): Promise<T> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    YOUNG_GENERATION,
    path,
    ...parameters,
  ]);
  const printed: T = JSON.parse(stdout);
  return printed;
}

describe('counted', () => {
  let probed: Probed;
  beforeAll(async () => {
    probed = await run<Probed>('./probe.ts');
  });

  test('the counters see what they are there for', () => {
    const { messages, trees, promises, zodCalls } = probed.control;
    for (const count of [trees, promises, zodCalls]) expect(count).toBeGreaterThanOrEqual(messages);
  });

  test('a chat message builds no tree, makes no promise and asks no schema', () => {
    const { messages } = probed.chat;
    expect(probed.chat).toEqual({ messages, received: messages, trees: 0, promises: 0, zodCalls: 0 });
  });

  test('nor does one that is archived with a stanza-id for two resources', () => {
    const { messages } = probed.archived;
    expect(probed.archived).toEqual({ messages, received: 2 * messages, trees: 0, promises: 0, zodCalls: 0 });
  });

  test('memory', () => {
    expect(probed.bytes.chat).toBeLessThan(budgets.bytes.chat * BYTES_SLACK);
    expect(probed.bytes.archived).toBeLessThan(budgets.bytes.archived * BYTES_SLACK);
  });

  test('a socket is written to once a turn, however many messages there are', () => {
    const { messages, reads, writes, mostWritesInOneTurn } = probed.sockets;
    expect(mostWritesInOneTurn).toBe(1);
    expect(writes).toBeLessThanOrEqual(reads); // each chunk that was read is written on as a whole
    expect(reads).toBeLessThan(messages / 10); // else this says nothing
  });
});

// What else the machine does in the meantime can only make it worse, so one good measurement out of three is enough.
test('CPU time of a chat message, as a multiple of an echo server', { retry: 2, timeout: 60_000 }, async () => {
  const [, couplet] = await run<Row[]>('../../bench/micro.bench.ts', 'sockets', '7');
  expect(couplet?.ratio).toBeGreaterThan(1);
  expect(couplet?.ratio).toBeLessThan(budgets.cpu.ofEcho * CPU_SLACK);
});
