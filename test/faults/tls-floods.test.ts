/** S24: clients that keep TLS busy with its own messages. What is measured is the processor time of the server. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CpuClock } from '../../bench/servers/process-cost.ts';
import { streamHeader } from '../support/dialogue/login.ts';
import { freePort } from '../support/ports.ts';
import { KeyUpdateClient } from '../support/stream/key-updates.ts';
import { Innocent } from './innocent.ts';
import { DOMAIN, FaultServer } from './server-process.ts';

const UPDATES = 1000;
const RENEGOTIATIONS = 20;

const folder = mkdtempSync(join(tmpdir(), 'couplet-faults-'));
let server: FaultServer;
let port: number;

beforeAll(async () => {
  port = await freePort();
  const direct = [`c2s_direct_tls_ports: [${port}]`, 'c2s_direct_tls_interfaces: ["127.0.0.1"]'];
  server = await FaultServer.prepare(folder, ['storage: sqlite'], direct);
  await server.seed(1);
  await server.start();
}, 60_000);

afterAll(async () => {
  await server.end('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Run it; the figures are for the log. @returns milliseconds of processor time */
async function cost(what: string, flood: () => Promise<void>): Promise<number> {
  const innocent = await Innocent.watch(server.port, 'u0');
  const cpu = new CpuClock([server.pid ?? 0]);
  const before = cpu.read();
  await flood();
  const spent = cpu.read() - before;
  process.stdout.write(`S24 ${what}: ${Math.round(spent)} ms of CPU, ${JSON.stringify(innocent.end())}\n`);
  return spent;
}

test.skipIf(process.platform !== 'linux')(
  `S24: ${RENEGOTIATIONS} clients that renegotiate (TLS 1.2) are cut`,
  async () => {
    await cost('renegotiation', async () => {
      for (let n = 0; n < RENEGOTIATIONS; n++) {
        const options = { servername: DOMAIN, rejectUnauthorized: false, maxVersion: 'TLSv1.2' } as const;
        const client = connect({ port, host: '127.0.0.1', ...options });
        client.on('error', () => undefined);
        await once(client, 'secureConnect');
        const closed = once(client, 'close');
        let renegotiated = false;
        client.renegotiate({}, (error) => (renegotiated = error === null));
        await closed;
        expect(renegotiated).toBe(false);
      }
    });
  },
  30_000,
);

test.skipIf(process.platform !== 'linux')(
  `S24: ${UPDATES} KeyUpdates (TLS 1.3) cost little, and the stream goes on behind them`,
  async () => {
    const spent = await cost(`${UPDATES} KeyUpdates`, async () => {
      const client = await KeyUpdateClient.connect(port);
      client.socket.write(Buffer.concat([client.updates(UPDATES), client.text(streamHeader(DOMAIN))]));
      // Each one is answered by one of the server's (RFC 8446 §4.6.3), and behind these come the header and the features.
      await client.received(UPDATES * 26 + 500);
      client.socket.destroy();
    });
    expect(spent).toBeLessThan(500);
  },
  30_000,
);
