/** Offline messages beside the archive, acknowledgements and a second node. */
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { settled, World, type TestClient } from '../../../test/support/world.ts';
import { systemClock } from '../../cluster/clock.ts';
import { MemoryCluster } from '../../cluster/memory/memory-cluster.ts';
import { defineModule } from '../../host/module.ts';
import type { Session } from '../../host/session.ts';
import { memoryStorage } from '../../storage/memory/memory-storage.ts';
import type { Storage } from '../../storage/stores.ts';
import type { Element } from '../../xml/element.ts';
import mam from '../mam/mam.ts';
import { Acknowledgements } from '../smacks/service.ts';
import offline from './offline.ts';

const NS_SID = 'urn:xmpp:sid:0';
const USER = 'juliet@localhost';
const worlds: World[] = [];

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

function memory(): Storage {
  return memoryStorage((error) => {
    throw error;
  });
}

async function start(options: Partial<Parameters<typeof World.start>[0]> = {}): Promise<World> {
  const world = await World.start({ modules: [mam, offline], ...options });
  worlds.push(world);
  return world;
}

const chat = (id: number, content = `<body>${id}</body>`): string =>
  `<message to="${USER}" type="chat" id="${id}">${content}</message>`;

async function sent(world: World, from: string, ...stanzas: string[]): Promise<void> {
  const client = await world.available(from);
  for (const stanza of stanzas) client.send(stanza);
  await settled();
}

async function arrive(world: World, resource: string): Promise<TestClient> {
  const client = await world.client(`${USER}/${resource}`);
  client.send('<presence/>');
  await settled();
  return client;
}

const messages = (client: TestClient): Element[] => client.take().filter(({ name }) => name === 'message');
const ids = (got: readonly Element[]): (string | undefined)[] => got.map((message) => message.attr('id'));

async function spooled(world: World): Promise<string[]> {
  const { entries } = await world.server.storage
    .archive('localhost', 'offline')
    .find(USER, { order: 'forward', max: 1000 });
  return entries.map(({ stanza }) => stanza);
}

async function archived(world: World): Promise<string[]> {
  const { entries } = await world.server.storage
    .archive('localhost', 'archive')
    .find(USER, { order: 'forward', max: 1000 });
  return entries.map(({ id }) => id);
}

test('of an archived message only the id is kept; what is delivered has the id and the delay', async () => {
  const world = await start();
  const state = '<active xmlns="http://jabber.org/protocol/chatstates"/>';
  await sent(world, 'romeo@localhost/o', chat(1), chat(2, `<body>2</body>${state}`));
  const known = await archived(world);
  expect(known).toHaveLength(2);
  expect(await spooled(world)).toEqual(known);
  const got = messages(await arrive(world, 'balcony'));
  expect(ids(got)).toEqual(['1', '2']);
  expect(got.map((message) => message.child('stanza-id', NS_SID)?.attr('id'))).toEqual(known);
  expect(got.map((message) => message.child('delay', 'urn:xmpp:delay')?.text())).toEqual(
    Array.from({ length: 2 }, () => 'Offline storage'),
  );
  expect(await spooled(world)).toEqual([]);
  expect(await archived(world)).toEqual(known);
});

test('what the archive does not keep, or not as a whole, is kept beside it, in order', async () => {
  const world = await start({ hosts: [{ options: { dont_archive_namespaces: ['urn:x'] } }] });
  const hint = '<no-permanent-store xmlns="urn:xmpp:hints"/>';
  await sent(
    world,
    'romeo@localhost/o',
    chat(1),
    chat(2, `<body>2</body>${hint}`),
    chat(3, '<body>3</body><x xmlns="urn:x"/>'),
    chat(4),
  );
  expect((await spooled(world)).map((stanza) => stanza.startsWith('<'))).toEqual([false, true, true, false]);
  const got = messages(await arrive(world, 'balcony'));
  expect(ids(got)).toEqual(['1', '2', '3', '4']);
  expect(got[2]?.child('x', 'urn:x')).toBeDefined();
  expect(got[2]?.elements('stanza-id', NS_SID)).toHaveLength(1);
});

test('what the archive deletes because of its age still waits, in order and with its time', async () => {
  let now = Date.UTC(2026, 0, 1) * 1000;
  const world = await start({ now: () => now });
  await sent(world, 'romeo@localhost/o', chat(1), chat(2));
  const first = now;
  now += 3600e6;
  await sent(world, 'romeo@localhost/o', chat(3));
  const host = world.host();
  await host.hook('mam/expiring').emit({ before: first });
  await world.server.storage.archive('localhost', 'archive').expire(first, 100);
  expect((await spooled(world)).map((stanza) => stanza.startsWith('<'))).toEqual([true, true, false]);
  await host.hook('mam/expiring').emit({ before: first }); // again: nothing to do
  const got = messages(await arrive(world, 'balcony'));
  expect(ids(got)).toEqual(['1', '2', '3']);
  const stamps = got.map((message) => message.child('delay', 'urn:xmpp:delay')?.attr('stamp'));
  expect(stamps[0]).toBe(stamps[1]);
  expect(Date.parse(stamps[2] ?? '') - Date.parse(stamps[0] ?? '')).toBe(3_600_000);
});

test('a message that its owner deleted from the archive does not come any more', async () => {
  const world = await start();
  await sent(world, 'romeo@localhost/o', chat(1), chat(2));
  const { storage } = world.server;
  const unit = storage.unit();
  storage.archive('localhost', 'archive').delete(unit, USER, { ids: (await archived(world)).slice(0, 1) });
  await unit.submit()?.settled();
  expect(ids(messages(await arrive(world, 'balcony')))).toEqual(['2']);
  expect(await spooled(world)).toEqual([]);
});

test('a message that is sent while others are read from the store does not overtake them', async () => {
  const storage = memory();
  const world = await start({ storage });
  await sent(world, 'romeo@localhost/o', ...Array.from({ length: 120 }, (_, i) => chat(i + 1)));
  const romeo = await world.available('romeo@localhost/live');
  const client = await world.client(`${USER}/balcony`);
  client.send('<presence/>');
  for (let i = 121; i <= 140; i++) {
    romeo.send(chat(i));
    await Promise.resolve();
  }
  await settled();
  await settled();
  expect(ids(messages(client))).toEqual(Array.from({ length: 140 }, (_, i) => String(i + 1)));
});

test('two resources on two nodes: each message comes to one of them', async () => {
  const storage = memory();
  const cluster = new MemoryCluster({
    clock: systemClock,
    report: (error) => {
      throw error;
    },
  });
  const a = await start({ storage, cluster: cluster.join('a') });
  const b = await start({ storage, cluster: cluster.join('b') });
  await sent(a, 'romeo@localhost/o', ...Array.from({ length: 200 }, (_, i) => chat(i + 1)));
  const [one, two] = [await a.client(`${USER}/one`), await b.client(`${USER}/two`)];
  one.send('<presence/>');
  two.send('<presence/>');
  for (let i = 0; i < 10; i++) await settled();
  const got = [...ids(messages(one)), ...ids(messages(two))].map(Number);
  expect(got.toSorted((x, y) => x - y)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
  expect(await spooled(a)).toEqual([]);
  expect(await storage.keyed('localhost', 'offline_claims', { encode: String, decode: String }).get(USER)).toBe(
    undefined,
  );
});

/** A client's acknowledgements, given by hand. */
class Acks {
  readonly pending = new Map<Session, PromiseWithResolvers<void>>();
  readonly module = defineModule({
    name: 'acks',
    summary: 'Acknowledges when it is told to',
    xeps: [],
    scope: 'host',
    provides: [Acknowledgements],
    options: z.object({}),
    setup: (m) => {
      m.provide(Acknowledgements, {
        manages: () => true,
        settled: (session) => {
          const waiter = Promise.withResolvers<void>();
          this.pending.set(session, waiter);
          return waiter.promise;
        },
      });
    },
  });
}

test('where the client acknowledges, messages are kept until it has; others do not get them meanwhile', async () => {
  const storage = memory();
  const acks = new Acks();
  const world = await start({ storage, modules: [mam, acks.module, offline] });
  await sent(world, 'romeo@localhost/o', chat(1), chat(2));
  const first = await arrive(world, 'balcony');
  expect(ids(messages(first))).toEqual(['1', '2']);
  expect(await spooled(world)).toHaveLength(2);
  const second = await arrive(world, 'garden');
  expect(messages(second)).toEqual([]);
  // A server that was killed: its sessions are gone, and with them their claims.
  const after = await start({ storage, modules: [mam, offline] });
  expect(ids(messages(await arrive(after, 'balcony')))).toEqual(['1', '2']);
  acks.pending.get(first.session)?.resolve();
  await settled();
  expect(await spooled(world)).toEqual([]);
});
