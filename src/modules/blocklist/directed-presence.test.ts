/** Presence that was sent directly ends when its recipient is blocked, whichever node the sender's resource is on. */
import { afterEach, expect, test } from 'vitest';
import { ROUTING, settled, World, type TestClient } from '../../../test/support/world.ts';
import { systemClock } from '../../cluster/clock.ts';
import { MemoryCluster } from '../../cluster/memory/memory-cluster.ts';
import { memoryStorage } from '../../storage/memory/memory-storage.ts';
import definition from './blocklist.ts';

const worlds: World[] = [];

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

/** Two servers of one deployment. */
async function nodes(): Promise<[World, World]> {
  const fail = (error: unknown): void => expect.fail(String(error));
  const cluster = new MemoryCluster({ clock: systemClock, report: fail });
  const hosts = [{ modules: [...ROUTING, 'blocklist'] }];
  const options = { modules: [definition], hosts, storage: memoryStorage(fail) };
  const one = await World.start({ ...options, cluster: cluster.join('one') });
  const two = await World.start({ ...options, cluster: cluster.join('two') });
  worlds.push(two, one);
  return [one, two];
}

function block(client: TestClient, ...jids: string[]): void {
  const items = jids.map((jid) => `<item jid="${jid}"/>`).join('');
  client.send(`<iq id="c" type="set"><block xmlns="urn:xmpp:blocking">${items}</block></iq>`);
}

/** `type from` of the presence that came since the last call, sorted. */
function presences(client: TestClient): string[] {
  const all = client.take().filter(({ name }) => name === 'presence');
  return all.map((stanza) => `${stanza.attr('type') ?? 'available'} ${stanza.attr('from') ?? ''}`).toSorted();
}

const GONE = ['unavailable alice@localhost/desk', 'unavailable alice@localhost/phone'];

test('strangers see the end of what resources of all nodes sent them, once; the account itself does not', async () => {
  const [one, two] = await nodes();
  const desk = await one.available('alice@localhost/desk');
  const phone = await two.available('alice@localhost/phone');
  const bob = await one.available('bob@localhost/bär');
  const carol = await two.available('carol@localhost/c');
  for (const client of [desk, phone]) {
    for (const to of ['bob@localhost/bär', 'carol@localhost', 'alice@localhost/desk']) {
      client.send(`<presence to="${to}"/>`);
    }
  }
  await settled();
  for (const client of [desk, bob, carol]) client.take();
  block(desk, 'bob@localhost/bär', 'alice@localhost');
  await settled();
  expect([bob, carol, desk].map(presences)).toEqual([GONE, [], []]);
  block(desk, 'localhost');
  await settled();
  expect([bob, carol, desk].map(presences)).toEqual([[], GONE, []]);
});

test('a resource that was never broadcast ends what it sent too', async () => {
  const [one, two] = await nodes();
  const desk = await one.client('alice@localhost/desk');
  const phone = await two.client('alice@localhost/phone');
  const bob = await one.available('bob@localhost/b');
  phone.send('<presence to="bob@localhost/b"/>');
  await settled();
  expect(presences(bob)).toEqual(['available alice@localhost/phone']);
  block(desk, 'bob@localhost');
  await settled();
  expect(presences(bob)).toEqual(['unavailable alice@localhost/phone']);
  phone.end();
  await settled();
  expect(presences(bob)).toEqual([]);
});
