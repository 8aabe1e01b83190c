import { expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { runSeed } from './random.ts';
import { fuzzSocket } from './socket-fuzz.ts';

test('strange stanzas through a socket: every request is answered, and others are served', async () => {
  const server = await startServer({ hosts: ['localhost'], with: ['mam'], options: {} });
  try {
    for (const name of ['fuzz', 'innocent']) await server.addUser(name, 'secret');
    const seed = runSeed();
    const report = await fuzzSocket(server.port, 2000, seed);
    expect(report.unanswered.slice(0, 5), `SEED=${seed}`).toEqual([]);
    expect(report.answered).toBeGreaterThanOrEqual(500);
  } finally {
    await server.stop();
  }
}, 60_000);
