import { afterEach, expect, test } from 'vitest';
import { ROUTING, settled, World, type TestClient } from '../../../test/support/world.ts';
import type { Element } from '../../xml/element.ts';
import { Roster } from '../roster/service.ts';

const NS = 'jabber:iq:last';
const MINUTE = 60_000_000;
let now = 0;
let world: World;

afterEach(() => world.stop());

async function start(): Promise<void> {
  now = 1_000 * MINUTE;
  world = await World.start({ now: () => now, hosts: [{ modules: [...ROUTING, 'roster', 'lastactivity'] }] });
}

/** Let bob see the presence of alice. */
async function subscribeBob(): Promise<void> {
  const unit = world.server.storage.unit();
  world
    .host()
    .services.find(Roster)
    ?.change(unit, 'alice@localhost', 'bob@localhost', () => ({
      listed: true,
      name: undefined,
      groups: [],
      subscription: 'from',
      ask: false,
      approved: false,
      request: undefined,
    }));
  await unit.submit()?.settled();
}

async function ask(client: TestClient, to: string): Promise<Element | undefined> {
  client.take();
  client.send(`<iq id="1" type="get"${to}><query xmlns="${NS}"/></iq>`);
  await settled();
  return client.take().find((stanza) => stanza.name === 'iq');
}

const condition = (answer: Element | undefined): string | undefined => answer?.child('error')?.elements()[0]?.name;

test('a contact learns since when an account has been away and with which words; nobody else does', async () => {
  await start();
  await subscribeBob();
  const alice = await world.available('alice@localhost/a');
  const bob = await world.client('bob@localhost/b');
  const mallory = await world.client('mallory@localhost/m');
  expect((await ask(bob, ' to="alice@localhost"'))?.child('query', NS)?.attr('seconds')).toBe('0');
  alice.send('<presence type="unavailable"><status>lunch</status></presence>');
  await settled();
  now += 2 * MINUTE;
  const answer = (await ask(bob, ' to="alice@localhost"'))?.child('query', NS);
  expect([answer?.attr('seconds'), answer?.text()]).toEqual(['120', 'lunch']);
  expect((await ask(alice, ''))?.child('query', NS)?.attr('seconds')).toBe('120');
  expect(condition(await ask(mallory, ' to="alice@localhost"'))).toBe('forbidden');
  expect(condition(await ask(mallory, ' to="nobody@localhost"'))).toBe('forbidden');
});

test('an account whose connection breaks has been away since then', async () => {
  await start();
  await subscribeBob();
  const alice = await world.available('alice@localhost/a');
  const bob = await world.client('bob@localhost/b');
  alice.end('lost');
  await settled();
  now += MINUTE;
  expect((await ask(bob, ' to="alice@localhost"'))?.child('query', NS)?.attr('seconds')).toBe('60');
});

test('loads, reloads and unloads without a trace', async () => {
  await start();
  const { iqs, hooks, modules } = world.host();
  const counts = (): number[] => [iqs.size, hooks['session/closed'].size, hooks['user/deleted'].size];
  const loaded = counts();
  await modules.reload('lastactivity');
  expect(counts()).toEqual(loaded);
  await modules.unload('lastactivity');
  expect(counts()).toEqual(loaded.map((count, i) => count - (i === 0 ? 2 : 1)));
});
