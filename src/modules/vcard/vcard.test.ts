import { afterEach, expect, test } from 'vitest';
import { settled, World, type TestClient } from '../../../test/support/world.ts';
import type { Element } from '../../xml/element.ts';
import definition from './vcard.ts';

const NS = 'vcard-temp';
const CARD = `<vCard xmlns="${NS}"><FN>Älice</FN></vCard>`;
let world: World;

afterEach(() => world.stop());

async function ask(client: TestClient, type: string, card: string, to = ''): Promise<Element | undefined> {
  client.send(`<iq id="1" type="${type}"${to}>${card}</iq>`);
  await settled();
  return client.take()[0];
}

const condition = (answer: Element | undefined): string | undefined => answer?.child('error')?.elements()[0]?.name;

test('everybody may read a card, only its owner may write it', async () => {
  world = await World.start({ modules: [definition] });
  const alice = await world.client('alice@localhost/a');
  const bob = await world.client('bob@localhost/b');
  expect((await ask(alice, 'set', CARD))?.attr('type')).toBe('result');
  const read = await ask(bob, 'get', `<vCard xmlns="${NS}"/>`, ' to="alice@localhost"');
  expect(read?.child('vCard', NS)?.childText('FN')).toBe('Älice');
  expect((await ask(alice, 'get', `<vCard xmlns="${NS}"/>`))?.child('vCard', NS)?.childText('FN')).toBe('Älice');
  expect(condition(await ask(bob, 'set', CARD, ' to="alice@localhost"'))).toBe('forbidden');
});

test('no card and no account give the same answer', async () => {
  world = await World.start({ modules: [definition] });
  const bob = await world.client('bob@localhost/b');
  await world.client('alice@localhost/a');
  for (const to of [' to="alice@localhost"', ' to="nobody@localhost"']) {
    expect(condition(await ask(bob, 'get', `<vCard xmlns="${NS}"/>`, to))).toBe('service-unavailable');
  }
  expect(condition(await ask(bob, 'get', `<vCard xmlns="${NS}"/>`))).toBe('item-not-found');
});

test('a card up to the limit is kept, a larger one refused', async () => {
  world = await World.start({ modules: [definition], hosts: [{ options: { vcard_max_size: 2000 } }] });
  const alice = await world.client('alice@localhost/a');
  const sized = (length: number): string => `<vCard xmlns="${NS}"><NOTE>${'x'.repeat(length)}</NOTE></vCard>`;
  expect((await ask(alice, 'set', sized(1700)))?.attr('type')).toBe('result');
  expect(condition(await ask(alice, 'set', sized(2000)))).toBe('not-acceptable');
  expect((await ask(alice, 'get', `<vCard xmlns="${NS}"/>`))?.child('vCard', NS)?.childText('NOTE')?.length).toBe(1700);
});

test('goes with the account; loads, reloads and unloads without a trace', async () => {
  world = await World.start({ modules: [definition] });
  const alice = await world.client('alice@localhost/a');
  await ask(alice, 'set', CARD);
  const { iqs, hooks, modules } = world.host();
  const unit = world.server.storage.unit();
  await hooks['user/deleted'].emit({ user: 'alice@localhost', unit });
  await unit.submit()?.settled();
  expect(condition(await ask(alice, 'get', `<vCard xmlns="${NS}"/>`))).toBe('item-not-found');
  const loaded = [iqs.size, hooks['user/deleted'].size];
  await modules.reload('vcard');
  expect([iqs.size, hooks['user/deleted'].size]).toEqual(loaded);
  await modules.unload('vcard');
  expect([iqs.size, hooks['user/deleted'].size]).toEqual([0, 0]);
});
