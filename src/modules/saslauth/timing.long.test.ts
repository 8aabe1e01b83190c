/** S28: whether there is an account cannot be told from how long the answer takes. */
import { afterEach, expect, it } from 'vitest';
import { auth, plainAuth } from '../../../test/support/stream/login.ts';
import { header } from '../../../test/support/stream/recorder.ts';
import { RawClient } from '../../../test/support/stream/tcp.ts';
import { World } from '../../../test/support/world.ts';
import { Auth } from '../../host/auth.ts';

const TRIES = 2000;
/** Milliseconds. */
const GAP = 0.2;
/** The deviation, in standard deviations, that chance exceeds one time in a hundred. */
const Z_99 = 2.576;

let world: World | undefined;
let client: RawClient | undefined;
afterEach(async () => {
  client?.socket.destroy();
  await world?.stop();
});

/** A stream to a host with the account `known`. */
async function start(): Promise<RawClient> {
  world = await World.start({
    hosts: [
      {
        modules: ['c2s', 'saslauth', 'auth_internal_hashed'],
        options: {
          c2s_ports: [0],
          c2s_interfaces: ['127.0.0.1'],
          c2s_require_encryption: false,
          allow_unencrypted_plain_auth: true,
          default_iteration_count: 4096,
          c2s_max_auth_failures: 1_000_000,
          c2s_timeout: 3600,
          limit_auth_tarpit_delay: 0,
        },
      },
    ],
  });
  await world.server.start();
  const unit = world.server.storage.unit();
  await world.host().services.find(Auth)?.create(unit, 'knownuser', 'right');
  await unit.submit()?.settled();
  const [address = ''] = await world.server.listeners.addresses('c2s');
  client = await RawClient.connect(address);
  await client.ask(header('localhost'), '</stream:features>');
  return client;
}

/** Milliseconds until the answers to both, taken in turns. */
async function measure(ask: (user: string) => Promise<void>): Promise<{ known: number[]; unknown: number[] }> {
  const known: number[] = [];
  const unknown: number[] = [];
  const timed = async (user: string, into: number[]): Promise<void> => {
    const began = performance.now();
    await ask(user);
    into.push(performance.now() - began);
  };
  for (let i = 0; i < 50; i++) await ask(i % 2 === 0 ? 'knownuser' : 'otheruser'); // warm
  for (let i = 0; i < TRIES; i++) {
    if (i % 2 === 0) await timed('knownuser', known);
    await timed('otheruser', unknown);
    if (i % 2 !== 0) await timed('knownuser', known);
  }
  return { known, unknown };
}

/** How many standard deviations the ranks of two samples are apart (Mann-Whitney, normal approximation). */
function deviation(one: readonly number[], other: readonly number[]): number {
  const all = [...one.map((value) => ({ value, mine: true })), ...other.map((value) => ({ value, mine: false }))];
  all.sort((a, b) => a.value - b.value);
  const ranks = all.reduce((sum, { mine }, at) => (mine ? sum + at + 1 : sum), 0);
  const [n, m] = [one.length, other.length];
  const u = ranks - (n * (n + 1)) / 2;
  return Math.abs(u - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

function verdict({ known, unknown }: { known: number[]; unknown: number[] }): string {
  const gap = median(known) - median(unknown);
  const z = deviation(known, unknown);
  return Math.abs(gap) < GAP && z < Z_99 ? 'the same' : `gap ${gap.toFixed(3)} ms, z ${z.toFixed(2)}`;
}

// Chance alone fails one run in a hundred.
const OPTIONS = { timeout: 300_000, retry: 2 };

it('S28: PLAIN with a wrong password', OPTIONS, async () => {
  const stream = await start();
  const result = await measure(async (user) => {
    stream.received = '';
    await stream.ask(plainAuth(user, 'wrong'), '</failure>');
  });
  expect(verdict(result)).toBe('the same');
});

it('S28: the first message of SCRAM', OPTIONS, async () => {
  const stream = await start();
  const result = await measure(async (user) => {
    stream.received = '';
    await stream.ask(auth('SCRAM-SHA-256', Buffer.from(`n,,n=${user},r=abcdefgh`).toString('base64')), '</challenge>');
  });
  expect(verdict(result)).toBe('the same');
});
