/** Presence of one's own resources and contacts, on one node and on two: RFC 6121 §4. */
import { afterEach, describe, expect, test } from 'vitest';
import { settled, World, type TestClient } from '../../../test/support/world.ts';
import { systemClock } from '../../cluster/clock.ts';
import { MemoryCluster } from '../../cluster/memory/memory-cluster.ts';
import { NS_DELAY } from '../../stanza/delay.ts';
import { memoryStorage } from '../../storage/memory/memory-storage.ts';
import type { Element } from '../../xml/element.ts';
import { Roster } from '../roster/service.ts';

const NS_ROSTER = 'jabber:iq:roster';
const HOSTS = [{ modules: ['message', 'iq', 'presence', 'roster', 'disco'] }];
const NOW = 1_700_000_000_123_456;
const worlds: World[] = [];

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

async function start(): Promise<World> {
  const world = await World.start({ hosts: HOSTS, now: () => NOW });
  worlds.push(world);
  return world;
}

/** Two nodes of one cluster on one storage. */
async function startTwo(): Promise<[World, World]> {
  const fail = (error: unknown): void => expect.fail(String(error));
  const cluster = new MemoryCluster({ clock: systemClock, report: fail });
  const storage = memoryStorage(fail);
  const one = await World.start({ hosts: HOSTS, storage, cluster: cluster.join('one'), now: () => NOW });
  const two = await World.start({ hosts: HOSTS, storage, cluster: cluster.join('two'), now: () => NOW });
  worlds.push(two, one);
  return [one, two];
}

/** Make two accounts see each other. */
async function befriend(world: World, a: string, b: string): Promise<void> {
  const roster = world.host().services.find(Roster) ?? expect.fail('no roster');
  const unit = world.server.storage.unit();
  for (const [user, contact] of [
    [a, b],
    [b, a],
  ] as const) {
    roster.change(unit, user, contact, () => ({
      listed: true,
      name: undefined,
      groups: [],
      subscription: 'both',
      ask: false,
      approved: false,
      request: undefined,
    }));
  }
  await unit.submit()?.settled();
  await settled();
}

/** Resolves when that many stanzas have come: frames between nodes take more than turns of the loop. */
async function came(client: TestClient, count: number): Promise<Element[]> {
  for (let i = 0; i < 200 && client.received.length < count; i++)
    await new Promise((resolve) => setTimeout(resolve, 2));
  await settled();
  return client.take();
}

async function send(client: TestClient, xml: string): Promise<void> {
  client.send(xml);
  await settled();
}

const short = (stanzas: readonly Element[]): string[] =>
  stanzas.map((stanza) =>
    `${stanza.attr('type') ?? 'available'} ${stanza.attr('from') ?? ''} ${stanza.childText('show') ?? ''}`.trim(),
  );

describe('login', () => {
  test('a resource is told of others and contacts, and they of it; what is told later is stamped', async () => {
    const world = await start();
    await befriend(world, 'alice@localhost', 'bob@localhost');
    const phone = await world.client('alice@localhost/phone');
    const bob = await world.client('bob@localhost/b');
    await send(phone, '<presence><show>away</show></presence>');
    await send(bob, '<presence><show>dnd</show></presence>');
    expect(phone.take().at(-1)?.child('delay', NS_DELAY)).toBeUndefined();
    bob.take();

    const desk = await world.client('alice@localhost/desk');
    await send(desk, '<presence/>');
    const seen = desk.take();
    expect(short(seen).toSorted()).toEqual(
      [
        'available alice@localhost/desk',
        'available alice@localhost/phone away',
        'available bob@localhost/b dnd',
      ].toSorted(),
    );
    for (const stanza of seen) {
      const delay = stanza.child('delay', NS_DELAY);
      const stamp = stanza.attr('from') === 'alice@localhost/desk' ? undefined : '2023-11-14T22:13:20Z';
      expect([delay?.attr('stamp'), delay?.attr('from')]).toEqual([stamp, stamp && 'localhost']);
      expect(stanza.attr('to')).toBe('alice@localhost/desk');
    }
    expect(short(bob.take())).toEqual(['available alice@localhost/desk']);
    expect(short(phone.take())).toEqual(['available alice@localhost/desk']);

    await send(desk, '<presence><show>xa</show></presence>'); // not initial: nothing is asked for
    expect(short(desk.take())).toEqual(['available alice@localhost/desk xa']);
  });

  test('a contact without available resources is told to be unavailable', async () => {
    const world = await start();
    await befriend(world, 'alice@localhost', 'bob@localhost');
    const alice = await world.client('alice@localhost/a');
    await send(alice, '<presence/>');
    expect(short(alice.take())).toEqual(['available alice@localhost/a', 'unavailable bob@localhost']);
  });

  test('requests that nobody answered are sent again', async () => {
    const world = await start();
    const alice = await world.available('alice@localhost/a');
    await send(alice, '<presence type="subscribe" to="bob@localhost"/>');
    const roster = world.host().services.find(Roster) ?? expect.fail('no roster');
    const unit = world.server.storage.unit();
    roster.change(unit, 'bob@localhost', 'alice@localhost', () => undefined); // it got lost
    await unit.submit()?.settled();
    const bob = await world.available('bob@localhost/b');
    await send(await world.client('alice@localhost/again'), '<presence/>');
    expect(short(bob.take())).toEqual(['subscribe alice@localhost']);
  });
});

describe('the end', () => {
  test.each(['closed', 'lost'] as const)(
    'of a %s session is told to contacts, resources and whoever had directed presence',
    async (kind) => {
      const world = await start();
      await befriend(world, 'alice@localhost', 'bob@localhost');
      const alice = await world.available('alice@localhost/a');
      const other = await world.available('alice@localhost/other');
      const bob = await world.available('bob@localhost/b');
      const carol = await world.available('carol@localhost/c');
      await send(alice, '<presence to="carol@localhost/c"/>');
      await send(alice, '<presence to="bob@localhost/b"/>');
      for (const client of [other, bob, carol]) client.take();
      alice.end(kind);
      await settled();
      for (const client of [other, bob, carol]) expect(short(client.take())).toEqual(['unavailable alice@localhost/a']);
    },
  );

  test('of a resource that was never broadcast is told only to whom it directed presence', async () => {
    const world = await start();
    await befriend(world, 'alice@localhost', 'bob@localhost');
    const bob = await world.available('bob@localhost/b');
    const carol = await world.available('carol@localhost/c');
    const alice = await world.client('alice@localhost/a');
    const dave = await world.available('dave@localhost/d');
    await befriend(world, 'alice@localhost', 'dave@localhost');
    await send(alice, '<presence to="carol@localhost"/>');
    await send(alice, '<presence to="dave@localhost"/>');
    dave.take();
    alice.end();
    await settled();
    expect(short(carol.take())).toEqual(['available alice@localhost/a', 'unavailable alice@localhost/a']);
    expect(short(dave.take())).toEqual(['unavailable alice@localhost/a']);
    expect(bob.take()).toEqual([]);
  });
});

test('who was told once is not told again, and a resource without presence is told nothing', async () => {
  const world = await start();
  await befriend(world, 'alice@localhost', 'bob@localhost');
  const alice = await world.available('alice@localhost/a');
  const silent = await world.client('alice@localhost/silent');
  const bob = await world.available('bob@localhost/b');
  await send(bob, '<presence type="unsubscribe" to="alice@localhost"/>');
  expect(short(bob.take())).toEqual(['unavailable alice@localhost/a']);
  await send(alice, '<presence type="unavailable"/>');
  expect(bob.take()).toEqual([]);
  expect(silent.take()).toEqual([]);
});

test('between nodes: presence, probes, requests and pushes reach every resource', async () => {
  const [one, two] = await startTwo();
  await befriend(one, 'alice@localhost', 'bob@localhost');
  const phone = await one.client('alice@localhost/phone');
  await send(phone, '<presence><show>away</show></presence>');
  const bob = await two.client('bob@localhost/b');
  bob.send('<presence><show>dnd</show></presence>');
  expect(short(await came(bob, 2)).toSorted()).toEqual([
    'available alice@localhost/phone away',
    'available bob@localhost/b dnd',
  ]);
  expect(short(await came(phone, 3)).at(-1)).toBe('available bob@localhost/b dnd');

  const desk = await two.client('alice@localhost/desk');
  desk.send('<presence/>');
  expect(short(await came(desk, 3)).toSorted()).toEqual(
    [
      'available alice@localhost/desk',
      'available alice@localhost/phone away',
      'available bob@localhost/b dnd',
    ].toSorted(),
  );
  expect(short(await came(phone, 1))).toEqual(['available alice@localhost/desk']);

  for (const client of [phone, desk]) await send(client, `<iq type="get" id="g"><query xmlns="${NS_ROSTER}"/></iq>`);
  await came(phone, 1);
  await came(desk, 1);
  desk.send(`<iq type="set" id="s"><query xmlns="${NS_ROSTER}"><item jid="carol@localhost" name="C"/></query></iq>`);
  const [push] = await came(phone, 1);
  expect(push?.child('query', NS_ROSTER)?.elements()[0]?.attr('name')).toBe('C');

  bob.take();
  desk.end('lost');
  expect(short(await came(bob, 1))).toEqual(['unavailable alice@localhost/desk']);
  expect(short(await came(phone, 1))).toEqual(['unavailable alice@localhost/desk']);
});

test('service discovery of an account is for those who see its presence (S57, S58)', async () => {
  const world = await start();
  await befriend(world, 'alice@localhost', 'bob@localhost');
  const asked = async (who: string, to: string): Promise<string | undefined> => {
    const client = await world.client(who);
    await send(client, `<iq type="get" id="1" to="${to}"><query xmlns="http://jabber.org/protocol/disco#info"/></iq>`);
    const [answer] = client.take();
    return answer?.child('error')?.elements()[0]?.name ?? answer?.elements()[0]?.elements('identity')[0]?.attr('type');
  };
  expect(await asked('bob@localhost/b', 'alice@localhost')).toBe('registered');
  expect(await asked('carol@localhost/c', 'alice@localhost')).toBe('service-unavailable');
  expect(await asked('carol@localhost/c', 'nobody@localhost')).toBe('service-unavailable');
});

test('without rosters there are no subscriptions, and nothing is told', async () => {
  const world = await World.start({ hosts: [{ modules: ['presence', 'message', 'iq'] }] });
  worlds.push(world);
  const alice = await world.available('alice@localhost/a');
  const bob = await world.available('bob@localhost/b');
  for (const type of ['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed', 'probe']) {
    await send(alice, `<presence type="${type}" to="bob@localhost"/>`);
  }
  expect(alice.take()).toEqual([]);
  expect(bob.take()).toEqual([]);
});

test('loads, reloads and unloads without a trace; who had directed presence is not forgotten by a reload', async () => {
  const world = await start();
  const host = world.host();
  const counts = (): unknown[] => [
    host.hooks['stanza/outgoing'].size,
    host.hooks['stanza/incoming'].size,
    host.hooks['presence/broadcast'].size,
    host.hooks['session/closed'].size,
    host.hook('roster/changed').size,
    host.rules.has('presence'),
    host.streamFeatures.length,
  ];
  const loaded = counts();
  const alice = await world.available('alice@localhost/a');
  const bob = await world.available('bob@localhost/b');
  await send(alice, '<presence to="bob@localhost"/>');
  await host.modules.reload('presence');
  expect(counts()).toEqual(loaded);
  alice.end();
  await settled();
  expect(short(bob.take())).toEqual(['available alice@localhost/a', 'unavailable alice@localhost/a']);
  await host.modules.unload('presence');
  expect(counts()).toEqual([0, 0, 0, 0, 0, false, 2]); // roster versions and capabilities
});
