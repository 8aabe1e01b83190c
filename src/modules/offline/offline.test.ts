import { afterEach, describe, expect, test } from 'vitest';
import { settled, World, type TestClient } from '../../../test/support/world.ts';
import type { Element } from '../../xml/element.ts';
import definition from './offline.ts';

let world: World;

afterEach(() => world.stop());

async function start(options: Record<string, unknown> = {}): Promise<TestClient> {
  world = await World.start({ modules: [definition], hosts: [{ options }] });
  return world.available('romeo@localhost/orchard');
}

const chat = (id: number, content = '<body>hi</body>', type = 'chat'): string =>
  `<message to="juliet@localhost" type="${type}" id="${id}">${content}</message>`;

/** A resource of juliet's that becomes available; the messages it gets. */
async function arrive(resource: string, priority = 0): Promise<Element[]> {
  const client = await world.client(`juliet@localhost/${resource}`);
  client.send(`<presence><priority>${priority}</priority></presence>`);
  await settled();
  return messages(client);
}

const messages = (client: TestClient): Element[] => client.take().filter(({ name }) => name === 'message');
const ids = (got: readonly Element[]): (string | undefined)[] => got.map((message) => message.attr('id'));

test('what nobody took comes to the first available resource, in order, with a note of the delay, once', async () => {
  const romeo = await start();
  for (let id = 1; id <= 3; id++) romeo.send(chat(id));
  await settled();
  expect(romeo.take()).toEqual([]);
  const got = await arrive('balcony');
  expect(ids(got)).toEqual(['1', '2', '3']);
  const delay = got[0]?.child('delay', 'urn:xmpp:delay');
  expect(delay?.attr('from')).toBe('localhost');
  expect(delay?.text()).toBe('Offline storage');
  expect(got[0]?.attr('from')).toBe('romeo@localhost/orchard');
  expect(await arrive('garden')).toEqual([]);
});

test('not to a resource of negative priority, until that changes', async () => {
  const romeo = await start();
  romeo.send(chat(1));
  await settled();
  const client = await world.client('juliet@localhost/balcony');
  client.send('<presence><priority>-1</priority></presence>');
  await settled();
  expect(messages(client)).toEqual([]);
  client.send('<presence/>');
  await settled();
  expect(ids(messages(client))).toEqual(['1']);
  client.send('<presence type="unavailable"/>');
  await settled();
  romeo.send(chat(2));
  await settled();
  client.send('<presence/>');
  await settled();
  expect(ids(messages(client))).toEqual(['2']);
});

test('of two resources that arrive at the same moment one gets each message', async () => {
  const romeo = await start();
  for (let id = 1; id <= 120; id++) romeo.send(chat(id));
  await settled();
  const [a, b] = [await world.client('juliet@localhost/a'), await world.client('juliet@localhost/b')];
  a.send('<presence/>');
  b.send('<presence/>');
  for (let i = 0; i < 10; i++) await settled();
  expect([...ids(messages(a)), ...ids(messages(b))]).toEqual(Array.from({ length: 120 }, (_, i) => String(i + 1)));
});

test('what a resource did not take any more waits for the next one', async () => {
  const romeo = await start();
  for (let id = 1; id <= 3; id++) romeo.send(chat(id));
  await settled();
  const client = await world.client('juliet@localhost/a');
  const write = client.write.bind(client);
  client.write = (wire) => {
    write(wire);
    if (wire.includes("id='1'") || wire.includes('id="1"')) client.end('lost');
  };
  client.send('<presence/>');
  await settled();
  expect(ids(messages(client))).toEqual(['1']);
  expect(ids(await arrive('b'))).toEqual(['2', '3']);
});

describe('which messages', () => {
  const state = '<composing xmlns="http://jabber.org/protocol/chatstates"/>';
  test.each<[string, string, boolean, boolean]>([
    // type, content, stored, refused
    ['chat', '<body>hi</body>', true, false],
    ['normal', '<body>hi</body>', true, false],
    ['normal', '<subject>hi</subject>', true, false],
    ['chat', `<body>hi</body>${state}`, true, false],
    ['chat', state, false, false],
    ['chat', `${state}<thread>1</thread>`, false, false],
    ['groupchat', '<body>hi</body>', false, true],
    ['headline', '<body>hi</body>', false, false],
    ['error', '<error type="cancel"/>', false, false],
    ['chat', '<body>hi</body><no-store xmlns="urn:xmpp:hints"/>', false, true],
    ['chat', '<body>hi</body><no-permanent-store xmlns="urn:xmpp:hints"/>', true, false],
  ])('type %s with %s: stored %s, refused %s', async (type, content, stored, refused) => {
    const romeo = await start();
    romeo.send(chat(1, content, type));
    await settled();
    expect(romeo.take().length).toBe(refused ? 1 : 0);
    expect((await arrive('balcony')).length).toBe(stored ? 1 : 0);
  });
});

test('S66: the last message an account may have waiting, and one more', async () => {
  const romeo = await start({ offline_max_messages: 2 });
  for (let id = 1; id <= 3; id++) {
    romeo.send(chat(id));
    await settled();
  }
  const [error, ...more] = romeo.take();
  expect(more).toEqual([]);
  expect(error?.attr('id')).toBe('3');
  expect(error?.child('error')?.elements()[0]?.name).toBe('service-unavailable');
  expect(ids(await arrive('balcony'))).toEqual(['1', '2']);
});

test('a delay that the sender made up is no reason to leave ours out', async () => {
  const romeo = await start();
  romeo.send(chat(1, '<body>hi</body><delay xmlns="urn:xmpp:delay" from="other.test" stamp="2001-01-01T00:00:00Z"/>'));
  await settled();
  const [message] = await arrive('balcony');
  expect(message?.elements('delay', 'urn:xmpp:delay').map((delay) => delay.attr('from'))).toEqual([
    'other.test',
    'localhost',
  ]);
});

test('goes with the account; loads, reloads and unloads without a trace', async () => {
  const romeo = await start();
  const { hooks, modules } = world.host();
  romeo.send(chat(1));
  await settled();
  const unit = world.server.storage.unit();
  await hooks['user/deleted'].emit({ user: 'juliet@localhost', unit });
  await unit.submit()?.settled();
  expect(await arrive('balcony')).toEqual([]);
  const sizes = (): number[] => [
    hooks['stanza/undelivered'].size,
    hooks['session/deliver'].size,
    hooks['user/deleted'].size,
  ];
  const broadcast = hooks['presence/broadcast'].size;
  const loaded = sizes();
  await modules.reload('offline');
  expect(sizes()).toEqual(loaded);
  await modules.unload('offline');
  expect(sizes()).toEqual(loaded.map((size) => size - 1));
  expect(hooks['presence/broadcast'].size).toBe(broadcast - 2);
});
