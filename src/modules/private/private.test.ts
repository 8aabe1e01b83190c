import { afterEach, expect, test } from 'vitest';
import { settled, World, type TestClient } from '../../../test/support/world.ts';
import type { Element } from '../../xml/element.ts';
import definition from './private.ts';

const NS = 'jabber:iq:private';
let world: World;

afterEach(() => world.stop());

async function ask(client: TestClient, type: string, content: string, to = ''): Promise<Element | undefined> {
  client.send(`<iq id="1" type="${type}"${to}><query xmlns="${NS}">${content}</query></iq>`);
  await settled();
  return client.take()[0];
}

const condition = (answer: Element | undefined): string | undefined => answer?.child('error')?.elements()[0]?.name;

async function start(options: Record<string, unknown> = {}): Promise<TestClient> {
  world = await World.start({ modules: [definition], hosts: [{ options }] });
  return world.client('alice@localhost/a');
}

test('what was stored comes back, to every resource of the account, and to nobody else', async () => {
  const alice = await start();
  expect((await ask(alice, 'set', '<prefs xmlns="urn:p"><x y="ü">1</x></prefs>'))?.attr('type')).toBe('result');
  const other = await world.client('alice@localhost/b');
  const prefs = (await ask(other, 'get', '<prefs xmlns="urn:p"/>'))?.child('query', NS)?.child('prefs', 'urn:p');
  expect(prefs?.child('x')?.attr('y')).toBe('ü');
  const mallory = await world.client('mallory@localhost/m');
  expect(condition(await ask(mallory, 'get', '<prefs xmlns="urn:p"/>', ' to="alice@localhost"'))).toBe(
    'service-unavailable',
  );
  expect(condition(await ask(mallory, 'set', '<prefs xmlns="urn:p"/>', ' to="alice@localhost"'))).toBe(
    'service-unavailable',
  );
  expect(
    (await ask(mallory, 'get', '<prefs xmlns="urn:p"/>'))?.child('query', NS)?.child('prefs', 'urn:p')?.children,
  ).toEqual([]);
});

test('names and namespaces are told apart; an empty element deletes', async () => {
  const alice = await start();
  await ask(alice, 'set', '<a xmlns="urn:1">one</a>');
  await ask(alice, 'set', '<a xmlns="urn:2">two</a>');
  const get = async (ns: string) =>
    (await ask(alice, 'get', `<a xmlns="${ns}"/>`))?.child('query', NS)?.childText('a', ns);
  expect([await get('urn:1'), await get('urn:2')]).toEqual(['one', 'two']);
  await ask(alice, 'set', '<a xmlns="urn:1"/>');
  expect([await get('urn:1'), await get('urn:2')]).toEqual(['', 'two']);
});

test.each([
  ['', 'bad-request'],
  ['<a xmlns="urn:1"/><b xmlns="urn:1"/>', 'bad-request'],
  ['<a/>', 'not-acceptable'],
  ['<a xmlns="">x</a>', 'not-acceptable'],
  ['<a xmlns="jabber:client">x</a>', 'not-acceptable'],
])('%j is refused with %s', async (content, error) => {
  const alice = await start();
  expect(condition(await ask(alice, 'set', content))).toBe(error);
  expect(condition(await ask(alice, 'get', content))).toBe(error);
});

test('the last element an account may store, and one more; what is there may still change', async () => {
  const alice = await start({ private_max_items: 2 });
  expect((await ask(alice, 'set', '<a xmlns="urn:1">x</a>'))?.attr('type')).toBe('result');
  expect((await ask(alice, 'set', '<a xmlns="urn:2">x</a>'))?.attr('type')).toBe('result');
  expect(condition(await ask(alice, 'set', '<a xmlns="urn:3">x</a>'))).toBe('resource-constraint');
  expect((await ask(alice, 'set', '<a xmlns="urn:2">y</a>'))?.attr('type')).toBe('result');
});

test('goes with the account; loads, reloads and unloads without a trace', async () => {
  const alice = await start();
  const { iqs, hooks, modules } = world.host();
  await ask(alice, 'set', '<a xmlns="urn:1">x</a>');
  const unit = world.server.storage.unit();
  await hooks['user/deleted'].emit({ user: 'alice@localhost', unit });
  await unit.submit()?.settled();
  expect((await ask(alice, 'get', '<a xmlns="urn:1"/>'))?.child('query', NS)?.childText('a', 'urn:1')).toBe('');
  const loaded = [iqs.size, hooks['user/deleted'].size];
  await modules.reload('private');
  expect([iqs.size, hooks['user/deleted'].size]).toEqual(loaded);
  await modules.unload('private');
  expect([iqs.size, hooks['user/deleted'].size]).toEqual([0, 0]);
});
