import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { needs } from '../test/support/needs.ts';
import { compare } from './compare.ts';
import type { Run } from './report/results.ts';
import { SCENARIOS } from './scenarios/scenarios.ts';
import { couplet } from './servers/couplet.ts';

const SCALE = { users: 4, connections: 4, warmUp: 50, window: 150, rest: 50 };

/** What every session sent arrived, once and in order. */
const NO_FAULTS = { lost: 0, doubled: 0, reordered: 0, strange: 0, dropped: 0 };

const path = (file: string): string => fileURLToPath(new URL(`../src/${file}`, import.meta.url));

describe.skipIf(process.platform !== 'linux' || !needs('openssl'))('a comparison', () => {
  test('of little load on our own server', async () => {
    const runs: Run[] = [];
    await compare({
      servers: [couplet({ server: path('app/main.ts'), control: path('cli/main.ts') })],
      scenarios: SCENARIOS.filter(({ name }) => ['chat-acks', 'presence', 'login-tls'].includes(name)),
      repetitions: 1,
      scale: SCALE,
      report: (run) => runs.push(run),
    });
    expect(runs.map(({ scenario, error }) => [scenario, error])).toEqual([
      ['chat-acks', undefined],
      ['presence', undefined],
      ['login-tls', undefined],
    ]);
    const [acks, presence, login] = runs.map(({ figures }) => figures);
    expect(acks).toMatchObject(NO_FAULTS);
    expect(acks?.['received']).toBeGreaterThan(20);
    expect(acks?.['cpu']).toBeGreaterThan(1);
    expect(presence).toMatchObject(NO_FAULTS);
    expect(presence?.['received']).toBeGreaterThan(20);
    expect(login).toMatchObject(NO_FAULTS);
    expect(login?.['cpu']).toBeGreaterThan(0.1);
  });
});
