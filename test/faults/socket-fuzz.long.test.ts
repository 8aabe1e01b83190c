/** `FUZZ` is how many stanzas, a million unless told otherwise. */
import { expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { runSeed } from './random.ts';
import { fuzzSocket } from './socket-fuzz.ts';

const count = Number(process.env['FUZZ'] ?? 1_000_000);

test(`${count} strange stanzas through a socket`, async () => {
  const server = await startServer({ hosts: ['localhost'], with: ['mam'], options: {} });
  try {
    for (const name of ['fuzz', 'innocent']) await server.addUser(name, 'secret');
    const seed = runSeed();
    const report = await fuzzSocket(server.port, count, seed);
    process.stdout.write(`SEED=${seed} ${JSON.stringify({ ...report, unanswered: report.unanswered.slice(0, 5) })}\n`);
    expect(report.unanswered).toEqual([]);
    expect(report.answered).toBeGreaterThanOrEqual(count / 4);
  } finally {
    await server.stop();
  }
});
