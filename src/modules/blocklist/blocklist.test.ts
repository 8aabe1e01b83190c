/** Blocking: lists, pushes on one node and on two, and everything that passes between an account and whom it blocks. */
import { afterEach, describe, expect, test } from 'vitest';
import { ROUTING, settled, World, type TestClient } from '../../../test/support/world.ts';
import { systemClock } from '../../cluster/clock.ts';
import { MemoryCluster } from '../../cluster/memory/memory-cluster.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { memoryStorage } from '../../storage/memory/memory-storage.ts';
import type { Element } from '../../xml/element.ts';
import { printElement } from '../../xml/print.ts';
import { Roster } from '../roster/service.ts';
import definition from './blocklist.ts';

const NS = 'urn:xmpp:blocking';
const worlds: World[] = [];

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

async function start(options: Record<string, unknown> = {}): Promise<World> {
  const hosts = [{ modules: [...ROUTING, 'roster', 'ping', 'blocklist'], options }];
  const world = await World.start({ modules: [definition], hosts });
  worlds.push(world);
  return world;
}

async function befriend(world: World, user: string, ...contacts: string[]): Promise<void> {
  const roster = world.host().services.find(Roster) ?? expect.fail('no roster');
  const unit = world.server.storage.unit();
  for (const contact of contacts) {
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

async function send(client: TestClient, xml: string): Promise<Element[]> {
  client.send(xml);
  await settled();
  return client.take();
}

const items = (jids: readonly string[]): string => jids.map((jid) => `<item jid="${jid}"/>`).join('');
const command = (name: string, jids: readonly string[]): string =>
  `<iq id="c" type="${name === 'blocklist' ? 'get' : 'set'}"><${name} xmlns="${NS}">${items(jids)}</${name}></iq>`;
const block = (client: TestClient, ...jids: string[]): Promise<Element[]> => send(client, command('block', jids));
const unblock = (client: TestClient, ...jids: string[]): Promise<Element[]> => send(client, command('unblock', jids));

/** `set block a b`: pushes; `result`, `error forbidden`: answers; `message body`, `presence from`: the rest. */
function short(stanza: Element): string {
  const child = stanza.elements()[0];
  const type = stanza.attr('type') ?? '';
  if (type === 'error') return `error ${stanza.child('error')?.elements()[0]?.name ?? ''}`;
  if (stanza.name === 'message') return `message ${stanza.childText('body') ?? ''}`;
  if (stanza.name === 'presence') return `${type || 'available'} ${stanza.attr('from') ?? ''}`;
  const jids = child?.elements().map((item) => item.attr('jid') ?? '') ?? [];
  return [type, child?.name ?? '', ...jids].join(' ').trim();
}

async function listed(client: TestClient): Promise<string | undefined> {
  return (await send(client, command('blocklist', []))).map(short)[0];
}

describe('the list', () => {
  test('is kept in canonical form; what is blocked and unblocked is told to the resources that asked for it', async () => {
    const world = await start();
    const desk = await world.client('alice@localhost/desk');
    const phone = await world.client('alice@localhost/phone');
    expect(await listed(desk)).toBe('result blocklist');
    expect((await block(desk, 'ROMEO@Montague.net', 'iago.lit', 'romeo@montague.net')).map(short).toSorted()).toEqual([
      'result',
      'set block romeo@montague.net iago.lit',
    ]);
    expect(phone.take()).toEqual([]);
    expect(await listed(phone)).toBe('result blocklist iago.lit romeo@montague.net');
    await unblock(phone, 'iago.lit');
    const [push] = desk.take();
    expect(push && short(push)).toBe('set unblock iago.lit');
    expect([push?.attr('to'), push?.attr('from')]).toEqual(['alice@localhost/desk', undefined]);
    expect(push?.attr('id')).toMatch(/./);
    await unblock(desk);
    expect(phone.take().map(short)).toEqual(['set unblock']);
    expect(await listed(desk)).toBe('result blocklist');
  });

  test.each([
    ['block', '', 'bad-request'],
    ['block', '<item/>', 'bad-request'],
    ['block', '<other jid="a@b"/>', 'bad-request'],
    ['unblock', '<other jid="a@b"/>', 'bad-request'],
    ['block', '<item jid="a@b"/><item jid="@b"/>', 'jid-malformed'],
    ['unblock', '<item jid="a b@c"/>', 'jid-malformed'],
  ])('%s with %j is refused with %s, and nothing of it is done', async (name, content, error) => {
    const world = await start();
    const alice = await world.client('alice@localhost/a');
    await block(alice, 'kept@b');
    expect(
      (await send(alice, `<iq id="1" type="set"><${name} xmlns="${NS}">${content}</${name}></iq>`)).map(short),
    ).toEqual([`error ${error}`]);
    expect(await listed(alice)).toBe('result blocklist kept@b');
  });

  test('is nobody else’s', async () => {
    const world = await start();
    const alice = await world.client('alice@localhost/a');
    const mallory = await world.client('mallory@localhost/m');
    await block(alice, 'a@b');
    for (const name of ['blocklist', 'block', 'unblock']) {
      const request = command(name, ['c@d']).replace('<iq', '<iq to="alice@localhost"');
      expect((await send(mallory, request)).map(short)).toEqual(['error service-unavailable']);
    }
    expect(await listed(alice)).toBe('result blocklist a@b');
    expect(await listed(mallory)).toBe('result blocklist');
  });

  test('has a limit, which what is there already does not count against', async () => {
    const world = await start({ blocklist_max_items: 2 });
    const alice = await world.client('alice@localhost/a');
    expect((await block(alice, 'a@b')).map(short)).toEqual(['result']);
    expect((await block(alice, 'a@b', 'c@d')).map(short)).toEqual(['result']);
    expect((await block(alice, 'e@f')).map(short)).toEqual(['error not-allowed']);
    expect((await block(alice, 'c@d')).map(short)).toEqual(['result']);
    expect(await listed(alice)).toBe('result blocklist a@b c@d');
  });

  test('four resources change it at once and nothing is lost', async () => {
    const world = await start();
    const clients = await Promise.all(['a', 'b', 'c', 'd'].map((name) => world.client(`alice@localhost/${name}`)));
    for (let i = 0; i < 50; i++) {
      for (const [index, client] of clients.entries()) client.send(command('block', [`u${index}-${i}@x`]));
      if (i % 2 === 1) clients[0]?.send(command('unblock', [`u0-${i}@x`]));
    }
    await settled();
    const alice = await world.client('alice@localhost/z');
    expect((await listed(alice))?.split(' ').length).toBe(2 + 200 - 25);
  });

  test('changes are told on other nodes', async () => {
    const fail = (error: unknown): void => expect.fail(String(error));
    const cluster = new MemoryCluster({ clock: systemClock, report: fail });
    const storage = memoryStorage(fail);
    const options = { modules: [definition], hosts: [{ modules: [...ROUTING, 'blocklist'] }], storage };
    const one = await World.start({ ...options, cluster: cluster.join('one') });
    const two = await World.start({ ...options, cluster: cluster.join('two') });
    worlds.push(two, one);
    const desk = await one.client('alice@localhost/desk');
    const phone = await two.client('alice@localhost/phone');
    await listed(phone);
    await block(desk, 'a@b');
    await expect.poll(() => phone.take().map(short)).toEqual(['set block a@b']);
  });
});

describe('S84: what a blocked sender gets through', () => {
  const KINDS = {
    chat: '<message to="TO" type="chat"><body>x</body></message>',
    normal: '<message to="TO"><body>x</body></message>',
    headline: '<message to="TO" type="headline"><body>x</body></message>',
    groupchat: '<message to="TO" type="groupchat"><body>x</body></message>',
    'message error': '<message to="TO" type="error"><body>x</body></message>',
    presence: '<presence to="TO"/>',
    unavailable: '<presence to="TO" type="unavailable"/>',
    subscribe: '<presence to="TO" type="subscribe"/>',
    subscribed: '<presence to="TO" type="subscribed"/>',
    probe: '<presence to="TO" type="probe"/>',
    get: '<iq to="TO" type="get" id="1"><ping xmlns="urn:xmpp:ping"/></iq>',
    set: '<iq to="TO" type="set" id="1"><x xmlns="urn:x"/></iq>',
    result: '<iq to="TO" type="result" id="1"/>',
    'iq error': '<iq to="TO" type="error" id="1"/>',
  };
  const REQUESTS = new Set(['get', 'set']);
  const BOUNCED = new Set(['chat', 'normal']);

  describe.each(['mallory@localhost', 'mallory@localhost/m', 'localhost'])('blocked as %s', (jid) => {
    test.each(Object.entries(KINDS))('%s', async (name, xml) => {
      for (const bounce of [false, true]) {
        const world = await start({ bounce_blocked_messages: bounce });
        await befriend(world, 'alice@localhost', 'mallory@localhost');
        await befriend(world, 'mallory@localhost', 'alice@localhost');
        const alice = await world.available('alice@localhost/a');
        const mallory = await world.available('mallory@localhost/m');
        await block(alice, jid);
        mallory.take();
        for (const to of ['alice@localhost', 'alice@localhost/a']) {
          const answers = await send(mallory, xml.replace('TO', to));
          expect(alice.take()).toEqual([]);
          const expected = REQUESTS.has(name) || (bounce && BOUNCED.has(name));
          expect(answers.map(short)).toEqual(expected ? ['error service-unavailable'] : []);
        }
      }
    });
  });

  test('the error is that of a user who does not exist', async () => {
    const world = await start();
    const alice = await world.available('alice@localhost/a');
    const mallory = await world.client('mallory@localhost/m');
    await block(alice, 'mallory@localhost');
    const ask = async (to: string): Promise<string> => {
      const [answer] = await send(mallory, `<iq to="${to}" type="get" id="1"><x xmlns="urn:x"/></iq>`);
      return answer === undefined ? expect.fail('no answer') : printElement(answer).replaceAll(to, '');
    };
    expect(await ask('alice@localhost')).toBe(await ask('nobody@localhost'));
    expect(await ask('alice@localhost/a')).toBe(await ask('nobody@localhost/a'));
  });

  test('another resource of a sender blocked as a full JID gets through, and the account’s own always do', async () => {
    const world = await start();
    const alice = await world.available('alice@localhost/a');
    const other = await world.available('alice@localhost/b');
    const bob = await world.client('bob@localhost/free');
    const blocked = await world.client('bob@localhost/blocked');
    await block(alice, 'bob@localhost/blocked', 'alice@localhost');
    other.take();
    const chat = '<message to="alice@localhost/a" type="chat"><body>hi</body></message>';
    await send(blocked, chat);
    expect(alice.take()).toEqual([]);
    await send(bob, chat);
    await send(other, chat);
    expect(alice.take().map(short)).toEqual(['message hi', 'message hi']);
  });

  test('the account’s own server can be blocked as far as its users go, and still be asked', async () => {
    const world = await start();
    const alice = await world.client('alice@localhost/a');
    const bob = await world.client('bob@localhost/b');
    await block(alice, 'localhost');
    const ping = '<iq to="localhost" type="get" id="1"><ping xmlns="urn:xmpp:ping"/></iq>';
    expect((await send(alice, ping)).map(short)).toEqual(['result']);
    await send(bob, '<message to="alice@localhost/a"><body>x</body></message>');
    expect(alice.take()).toEqual([]);
    expect((await unblock(alice)).map(short)).toEqual(['result']);
  });
});

test('a resource’s first stanzas do not wait for the list', async () => {
  const world = await start();
  const bob = await world.client('bob@localhost/b');
  const alice = await world.client('alice@localhost/a');
  alice.send('<message to="bob@localhost/b"><body>x</body></message>');
  expect(bob.take().map(short)).toEqual(['message x']);
});

test('what an account sends to whom it blocks is refused, its answers are dropped', async () => {
  const world = await start();
  const alice = await world.client('alice@localhost/a');
  const bob = await world.available('bob@localhost/b');
  await block(alice, 'bob@localhost');
  for (const xml of [
    '<message to="bob@localhost"><body>x</body></message>',
    '<iq to="bob@localhost/b" type="get" id="1"><x xmlns="urn:x"/></iq>',
    '<presence to="bob@localhost/b"/>',
    '<presence to="bob@localhost" type="subscribe"/>',
  ]) {
    const [answer] = await send(alice, xml);
    expect(answer && short(answer)).toBe('error not-acceptable');
    expect(answer?.child('error')?.child('blocked', 'urn:xmpp:blocking:errors')).toBeDefined();
  }
  expect(await send(alice, '<iq to="bob@localhost/b" type="result" id="1"/>')).toEqual([]);
  expect(await send(alice, '<message to="bob@localhost/b" type="error"/>')).toEqual([]);
  expect(bob.take()).toEqual([]);
});

describe('presence', () => {
  test('a contact that is blocked sees the user go, hears nothing while it lasts, and sees the user come back', async () => {
    const world = await start();
    await befriend(world, 'alice@localhost', 'bob@localhost', 'carol@localhost');
    await befriend(world, 'bob@localhost', 'alice@localhost');
    const alice = await world.available('alice@localhost/a');
    const bob = await world.available('bob@localhost/b');
    const carol = await world.available('carol@localhost/c');
    await block(alice, 'bob@localhost');
    expect(bob.take().map(short)).toEqual(['unavailable alice@localhost/a']);
    await send(alice, '<presence><show>away</show></presence>');
    await send(alice, '<presence type="unavailable"/>');
    await send(alice, '<presence/>');
    await send(bob, '<presence type="unavailable"/>');
    expect((await send(bob, '<presence/>')).map(short)).toEqual(['available bob@localhost/b']);
    expect(carol.take().length).toBe(3);
    alice.take();
    await unblock(alice, 'bob@localhost');
    expect(bob.take().map(short)).toEqual(['available alice@localhost/a']);
    expect(carol.take()).toEqual([]);
  });

  test('of a blocked domain every contact is told, but none that was blocked before', async () => {
    const world = await start();
    await befriend(world, 'alice@localhost', 'bob@localhost', 'carol@localhost');
    const alice = await world.available('alice@localhost/a');
    const bob = await world.available('bob@localhost/b');
    const carol = await world.available('carol@localhost/c');
    await block(alice, 'bob@localhost');
    bob.take();
    await block(alice, 'localhost');
    expect([bob.take(), carol.take()].map((all) => all.map(short))).toEqual([[], ['unavailable alice@localhost/a']]);
    await unblock(alice, 'localhost');
    expect([bob.take(), carol.take()].map((all) => all.map(short))).toEqual([[], ['available alice@localhost/a']]);
  });

  test('strangers who were sent presence directly see it end; others are told nothing', async () => {
    const world = await start();
    const alice = await world.available('alice@localhost/a');
    const bob = await world.available('bob@localhost/b');
    const carol = await world.available('carol@localhost/c');
    await send(alice, '<presence to="bob@localhost/b"/>');
    bob.take();
    await block(alice, 'bob@localhost', 'carol@localhost');
    expect([bob.take(), carol.take()].map((all) => all.map(short))).toEqual([['unavailable alice@localhost/a'], []]);
    await unblock(alice, 'bob@localhost', 'carol@localhost');
    alice.end();
    await settled();
    expect([bob.take(), carol.take()]).toEqual([[], []]);
  });

  test('who is taken off the roster while blocked hears of the subscription, not of resources', async () => {
    const world = await start();
    await befriend(world, 'alice@localhost', 'bob@localhost');
    await befriend(world, 'bob@localhost', 'alice@localhost');
    const alice = await world.available('alice@localhost/a');
    const bob = await world.available('bob@localhost/b');
    await send(bob, '<iq id="r" type="get"><query xmlns="jabber:iq:roster"/></iq>');
    await block(alice, 'bob@localhost');
    bob.take();
    await send(
      alice,
      '<iq id="1" type="set"><query xmlns="jabber:iq:roster"><item jid="bob@localhost" subscription="remove"/></query></iq>',
    );
    const told = bob.take().filter(({ name }) => name === 'presence');
    expect(told.map(short)).not.toContain('unavailable alice@localhost/a');
    expect(told.map(short)).toContain('unsubscribed alice@localhost');
  });
});

test('a change that cannot be stored is refused and told to nobody', async () => {
  const world = await start();
  const alice = await world.client('alice@localhost/a');
  await listed(alice);
  const undo = world.host().hooks['stanza/incoming'].add('test', 'store', (event) => {
    event.unit.poison(new StanzaError('internal-server-error'));
  });
  expect((await block(alice, 'a@b')).map(short)).toEqual(['error resource-constraint']);
  undo();
  expect(await listed(alice)).toBe('result blocklist');
});

test('goes with the account; loads, reloads and unloads without a trace', async () => {
  const world = await start();
  const alice = await world.client('alice@localhost/a');
  await block(alice, 'a@b');
  const { iqs, hooks, modules } = world.host();
  const unit = world.server.storage.unit();
  await hooks['user/deleted'].emit({ user: 'alice@localhost', unit });
  await unit.submit()?.settled();
  expect(await listed(alice)).toBe('result blocklist');
  const counts = (): number[] => [
    iqs.size,
    hooks['stanza/outgoing'].size,
    hooks['stanza/incoming'].size,
    hooks['user/deleted'].size,
    hooks['session/bound'].size,
  ];
  const loaded = counts();
  await modules.reload('blocklist');
  expect(counts()).toEqual(loaded);
  await block(alice, 'a@b');
  await modules.unload('blocklist');
  expect(counts()).toEqual(loaded.map((count, i) => count - (i === 0 ? 3 : 1)));
  await modules.load([definition]);
  expect(await listed(alice)).toBe('result blocklist a@b');
});
