/** Clients that do not read, or next to nothing, while much is sent to them. `READERS` is how many. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { accountsFor, EACH } from './crowd.ts';
import { Innocent } from './innocent.ts';
import { PeakMemory, residentMegabytes } from './resident.ts';
import { DOMAIN, FaultServer } from './server-process.ts';
import { FaultSession } from './session.ts';
import { SlowReader } from './slow-reader.ts';

const ASKING = Number(process.env['READERS'] ?? 200);
const FLOODED = Number(process.env['READERS'] ?? 500);

/** Text of a message, in bytes. */
const LARGE = 20_000;

/**
 * MB that a client which does not read may cost: above one it is not read from any more, above four it is cut. To that comes
 * what the collector has not collected yet.
 */
const SOFT = 2.5;
const HARD = 5;

/** Milliseconds for 99 of 100 answers to another client, where the processors have nothing else to do. */
const WAIT = 200;

/** How much longer everything takes because others run on this machine too. */
const slower = (): number => Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());

/** Milliseconds without any progress after which it is cut. */
const STALL = 60_000;

let folder: string;
let server: FaultServer;
const readers: SlowReader[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'couplet-faults-'));
  server = await FaultServer.prepare(folder, ['storage: sqlite']);
});

afterEach(async () => {
  for (const reader of readers.splice(0)) reader.destroy();
  await server.end('SIGKILL');
  rmSync(folder, { recursive: true });
});

const user = (reader: number): string => `u${Math.floor(reader / EACH)}`;

/** Clients that the log says were cut. */
function cut(): number {
  return readFileSync(join(folder, 'couplet.log'), 'utf8').split('client does not read').length - 1;
}

async function gather(count: number, perSecond: number): Promise<void> {
  await server.seed(accountsFor(count) + 2);
  await server.start();
  for (let n = 0; n < count; n++) {
    readers.push(await SlowReader.open(server.port, user(n), `slow-${n}`, perSecond));
  }
}

function message(to: string, type: string): string {
  return `<message to='${to}' type='${type}'><body>${'x'.repeat(LARGE)}</body></message>`;
}

async function sender(): Promise<FaultSession> {
  return FaultSession.open(server.port, `u${accountsFor(readers.length)}`, 'sender');
}

test(`S121: ${ASKING} clients ask for their archives again and again, and do not read`, async () => {
  await gather(ASKING, 0);
  const writer = await sender();
  for (let n = 0; n < accountsFor(ASKING); n++) {
    for (let i = 0; i < 50; i++) writer.send(message(`u${n}@${DOMAIN}`, 'chat'));
    await writer.ask('get', `w${n}`, "<ping xmlns='urn:xmpp:ping'/>");
  }
  const innocent = await Innocent.watch(server.port, `u${accountsFor(ASKING) + 1}`);
  const memory = new PeakMemory(server.pid);
  for (const reader of readers) {
    for (let n = 0; n < 100; n++) reader.send(`<iq type='set' id='m${n}'><query xmlns='urn:xmpp:mam:2'/></iq>`);
  }
  const deadline = Date.now() + 2 * STALL;
  let held = 0;
  while (cut() < ASKING && Date.now() < deadline) {
    if (cut() === 0) held = residentMegabytes(server.pid);
    await sleep(500);
  }
  const [most, waits] = [memory.end(), innocent.end()];
  const each = (held - memory.before) / ASKING;
  process.stdout.write(`S121: ${JSON.stringify({ cut: cut(), before: memory.before, most, held, each, ...waits })}\n`);
  expect(cut()).toBe(ASKING);
  expect(each).toBeLessThan(SOFT);
  expect(waits.p99).toBeLessThan(WAIT * slower());
  expect(await server.end('SIGTERM')).toBe(0);
}, 400_000);

test(`R23: ${FLOODED} clients that read 1 KB a second are sent far more`, async () => {
  await gather(FLOODED, 1024);
  const writer = await sender();
  const innocent = await Innocent.watch(server.port, `u${accountsFor(FLOODED) + 1}`);
  const memory = new PeakMemory(server.pid);
  let sent = 0;
  const deadline = Date.now() + 2 * STALL;
  for (let round = 0; cut() < FLOODED && Date.now() < deadline; round++) {
    for (let n = 0; n < FLOODED; n += 50) {
      for (let i = n; i < Math.min(n + 50, FLOODED); i++) {
        writer.send(message(`${user(i)}@${DOMAIN}/slow-${i}`, 'headline'));
        sent++;
      }
      await writer.ask('get', `w${round}-${n}`, "<ping xmlns='urn:xmpp:ping'/>");
    }
  }
  const [most, waits] = [memory.end(), innocent.end()];
  const each = (most - memory.before) / FLOODED;
  const figures = { sentMB: (sent * LARGE) / 1e6, cut: cut(), before: memory.before, most, each, ...waits };
  process.stdout.write(`R23: ${JSON.stringify(figures)}\n`);
  expect(cut()).toBe(FLOODED);
  expect(each).toBeLessThan(HARD);
  expect(waits.p99).toBeLessThan(WAIT * slower());
  expect(await server.end('SIGTERM')).toBe(0);
}, 400_000);
