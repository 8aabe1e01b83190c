/** Rosters as clients see them: RFC 6121 §2. */
import { afterEach, describe, expect, test } from 'vitest';
import { settled, World, type TestClient } from '../../../test/support/world.ts';
import { SessionState } from '../../host/session-state.ts';
import { el, type Element } from '../../xml/element.ts';
import { Stanza } from '../../xml/stanza.ts';
import { Pusher, type Held } from './pusher.ts';
import { Roster, type RosterItem } from './service.ts';

const NS = 'jabber:iq:roster';
const MODULES = ['message', 'iq', 'presence', 'roster'];
let world: World;

afterEach(() => world.stop());

async function start(options: Readonly<Record<string, unknown>> = {}): Promise<void> {
  world = await World.start({ hosts: [{ modules: MODULES, options }] });
}

/** Send a stanza and return what came back by then. */
async function ask(client: TestClient, xml: string): Promise<Element[]> {
  client.send(xml);
  await settled();
  return client.take();
}

const set = (item: string, id = 's'): string => `<iq type="set" id="${id}"><query xmlns="${NS}">${item}</query></iq>`;
const get = (ver?: string): string =>
  `<iq type="get" id="g"><query xmlns="${NS}"${ver === undefined ? '' : ` ver="${ver}"`}/></iq>`;

/** A client that asked for its roster. */
async function interested(address: string): Promise<TestClient> {
  const client = await world.client(address);
  await ask(client, get());
  return client;
}

/** The one stanza that answers a request. */
function answerOf(stanzas: readonly Element[]): Element | undefined {
  return stanzas.find((stanza) => stanza.attr('type') !== 'set');
}

function condition(stanzas: readonly Element[]): string | undefined {
  return answerOf(stanzas)?.child('error')?.elements()[0]?.name;
}

/** What a push or a result says of items, one text each. */
function itemsIn(stanza: Element | undefined): string[] | undefined {
  return stanza
    ?.child('query', NS)
    ?.elements()
    .map((item) => {
      const groups = item.elements('group').map((group) => group.text());
      return (
        [...item.attrs].map(([name, value]) => `${name}=${value}`).join(' ') +
        (groups.length > 0 ? ` ${groups.join()}` : '')
      );
    });
}

const verOf = (stanza: Element | undefined): string | undefined => stanza?.child('query', NS)?.attr('ver');
const isPush = (stanza: Element): boolean => stanza.attr('type') === 'set';

describe('get and set', () => {
  test('an item is added, pushed to interested resources only, edited and removed', async () => {
    await start();
    const one = await interested('alice@localhost/one');
    const two = await interested('alice@localhost/two');
    const silent = await world.client('alice@localhost/silent');
    const stranger = await interested('bob@localhost/x');

    const seen = await ask(
      one,
      set('<item jid="Bob@LOCALHOST" name="Bob"><group>Friends</group><group>Work</group></item>'),
    );
    expect(answerOf(seen)?.attr('type')).toBe('result');
    expect(answerOf(seen)?.children).toEqual([]);
    const bob = ['jid=bob@localhost subscription=none name=Bob Friends,Work'];
    expect(itemsIn(seen.find(isPush))).toEqual(bob);
    const [push] = two.take();
    expect(itemsIn(push)).toEqual(bob);
    expect(push?.attr('to')).toBe('alice@localhost/two');
    expect(push?.attr('from')).toBeUndefined();

    await ask(one, set('<item jid="bob@localhost" name="Robert"/>'));
    expect(itemsIn(two.take()[0])).toEqual(['jid=bob@localhost subscription=none name=Robert']);
    expect(itemsIn((await ask(two, get()))[0])).toEqual(['jid=bob@localhost subscription=none name=Robert']);

    await ask(two, set('<item jid="bob@localhost" subscription="remove"/>'));
    expect(itemsIn(one.take().findLast(isPush))).toEqual(['jid=bob@localhost subscription=remove']);
    expect(itemsIn((await ask(one, get()))[0])).toEqual([]);
    expect(silent.take()).toEqual([]);
    expect(stranger.take()).toEqual([]);
  });

  test.each([
    ['no item', '', 'bad-request'],
    ['two items', '<item jid="a@localhost"/><item jid="b@localhost"/>', 'bad-request'],
    ['something else', '<thing jid="a@localhost"/>', 'bad-request'],
    ['no jid', '<item name="x"/>', 'bad-request'],
    ['a malformed jid', '<item jid="@@"/>', 'jid-malformed'],
    ['a full jid', '<item jid="a@localhost/x"/>', 'bad-request'],
    ['oneself', '<item jid="ALICE@localhost"/>', 'not-allowed'],
    ['a group twice', '<item jid="a@localhost"><group>x</group><group>x</group></item>', 'bad-request'],
    ['an empty group', '<item jid="a@localhost"><group/></item>', 'not-acceptable'],
    ['a long name', `<item jid="a@localhost" name="${'é'.repeat(512)}"/>`, 'not-acceptable'],
    ['a long group', `<item jid="a@localhost"><group>${'x'.repeat(1024)}</group></item>`, 'not-acceptable'],
    [
      'many groups',
      `<item jid="a@localhost">${Array.from({ length: 65 }, (_, i) => `<group>${i}</group>`).join('')}</item>`,
      'not-acceptable',
    ],
    ['removal of nobody', '<item jid="a@localhost" subscription="remove"/>', 'item-not-found'],
  ])('%s is refused and changes nothing', async (_what, item, expected) => {
    await start();
    const alice = await interested('alice@localhost/x');
    const seen = await ask(alice, set(item));
    expect(condition(seen)).toBe(expected);
    expect(seen.filter(isPush)).toEqual([]);
    expect(itemsIn((await ask(alice, get()))[0])).toEqual([]);
  });

  test('names of groups and contacts are text, whatever it says (S117: prototype keys)', async () => {
    await start();
    const alice = await interested('alice@localhost/x');
    await ask(
      alice,
      set('<item jid="__proto__@localhost" name="constructor"><group>toString</group><group>__proto__</group></item>'),
    );
    expect(itemsIn((await ask(alice, get()))[0])).toEqual([
      'jid=__proto__@localhost subscription=none name=constructor toString,__proto__',
    ]);
  });
});

const PLAIN: RosterItem = {
  listed: true,
  name: undefined,
  groups: [],
  subscription: 'none',
  ask: false,
  approved: false,
  request: undefined,
};

describe('changes that other modules make', () => {
  const change = async (to: (item: RosterItem | undefined) => RosterItem | undefined): Promise<void> => {
    const unit = world.server.storage.unit();
    world.host().services.find(Roster)?.change(unit, 'alice@localhost', 'bob@localhost', to);
    await unit.submit()?.settled();
  };

  test('whoever has only asked is not in the roster; an edit keeps what is not the client’s to say', async () => {
    await start();
    const alice = await interested('alice@localhost/x');
    await change(() => ({ ...PLAIN, listed: false, request: '<presence/>' }));
    expect(alice.take()).toEqual([]);
    expect(itemsIn((await ask(alice, get()))[0])).toEqual([]);
    expect(condition(await ask(alice, set('<item jid="bob@localhost" subscription="remove"/>')))).toBe(
      'item-not-found',
    );
    await change((item) => ({ ...(item ?? PLAIN), listed: true, subscription: 'to', approved: true }));
    expect(itemsIn(alice.take()[0])).toEqual(['jid=bob@localhost subscription=to approved=true']);
    await ask(alice, set('<item jid="bob@localhost" name="B"/>'));
    const stored = await world.host().services.find(Roster)?.items('alice@localhost');
    expect(stored?.get('bob@localhost')).toEqual({
      ...PLAIN,
      name: 'B',
      subscription: 'to',
      approved: true,
      request: '<presence/>',
    });
    await change((item) => ({ ...(item ?? PLAIN), listed: false }));
    expect(itemsIn(alice.take().findLast(isPush))).toEqual(['jid=bob@localhost subscription=remove']);
  });

  test.each<[string, Partial<RosterItem>]>([
    ['subscription', { subscription: 'both' }],
    ['ask', { ask: true }],
    ['approved', { approved: true }],
    ['name', { name: 'B' }],
    ['groups', { groups: ['x'] }],
  ])('a change of %s alone is pushed', async (_what, difference) => {
    await start();
    await change(() => ({ ...PLAIN, groups: ['g'] }));
    const alice = await interested('alice@localhost/x');
    await change(() => ({ ...PLAIN, groups: ['g'], ...difference }));
    expect(alice.take()).toHaveLength(1);
  });

  test('what is not committed is told nobody', async () => {
    await start();
    const alice = await interested('alice@localhost/x');
    const events: unknown[] = [];
    world
      .host()
      .hook('roster/changed')
      .add('test', 'observe', (event) => void events.push(event));
    const fails = change(() => {
      throw new Error('no');
    });
    await expect(fails).rejects.toThrow('no');
    await settled();
    expect(alice.take()).toEqual([]);
    expect(events).toEqual([]);
  });

  test('pushes wait for the answers of all roster gets under way', async () => {
    await start();
    const alice = await interested('alice@localhost/x');
    const pusher = new Pusher(world.host(), new SessionState<Held | undefined>(() => undefined));
    const push = Stanza.of(el('iq', 'jabber:client', { type: 'set', id: '1' }));
    pusher.hold(alice.session);
    pusher.hold(alice.session);
    pusher.send('alice@localhost', [push]);
    pusher.release(alice.session);
    expect(alice.take()).toEqual([]);
    pusher.release(alice.session);
    expect(alice.take()).toHaveLength(1);
    pusher.send('alice@localhost', [push]);
    expect(alice.take()).toHaveLength(1);
  });
});

describe('attacks', () => {
  test('a client cannot grant itself a subscription (S61: state set by client)', async () => {
    await start();
    const alice = await interested('alice@localhost/x');
    await ask(alice, set('<item jid="bob@localhost" subscription="both" ask="subscribe" approved="true"/>'));
    await ask(alice, set('<item jid="bob@localhost" subscription="from" approved="true"/>'));
    expect(itemsIn((await ask(alice, get()))[0])).toEqual(['jid=bob@localhost subscription=none']);
  });

  test('nobody reads or writes another account’s roster (S61, S44)', async () => {
    await start();
    const victim = await interested('victim@localhost/x');
    const attacker = await world.client('attacker@localhost/x');
    const item = '<item jid="evil@localhost" name="Boss" subscription="both"/>';
    for (const type of ['set', 'get']) {
      const [answer] = await ask(
        attacker,
        `<iq type="${type}" id="r" to="victim@localhost"><query xmlns="${NS}">${item}</query></iq>`,
      );
      expect(answer?.child('error')?.elements()[0]?.name).toBe('service-unavailable');
    }
    expect(victim.take()).toEqual([]);
    expect(itemsIn((await ask(victim, get()))[0])).toEqual([]);
  });

  test('the limit stops growth, not what is there (S61: endless roster)', async () => {
    await start({ roster_max_items: 3 });
    const roster = world.host().services.find(Roster);
    const unit = world.server.storage.unit();
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      roster?.change(unit, 'alice@localhost', `${name}@localhost`, () => ({
        ...PLAIN,
        name,
      }));
    }
    await unit.submit()?.settled();
    const alice = await interested('alice@localhost/x');
    expect(itemsIn((await ask(alice, get()))[0])).toHaveLength(5);
    expect(condition(await ask(alice, set('<item jid="f@localhost"/>')))).toBe('not-allowed');
    expect(condition(await ask(alice, '<presence to="f@localhost" type="subscribe" id="p"/>'))).toBe('not-allowed');
    expect(condition(await ask(alice, set('<item jid="a@localhost" name="still mine"/>')))).toBeUndefined();
    for (const name of ['a', 'b', 'c']) await ask(alice, set(`<item jid="${name}@localhost" subscription="remove"/>`));
    expect(condition(await ask(alice, set('<item jid="f@localhost"/>')))).toBeUndefined();
    expect(condition(await ask(alice, set('<item jid="g@localhost"/>')))).toBe('not-allowed');
  });
});

describe('versions (§2.6)', () => {
  test('a client that has the present version gets nothing, any other gets all', async () => {
    await start();
    const alice = await interested('alice@localhost/x');
    const [first] = await ask(alice, get(''));
    expect(itemsIn(first)).toEqual([]);
    const empty = verOf(first) ?? '';
    expect((await ask(alice, get(empty)))[0]?.children).toEqual([]);

    const pushed = (await ask(alice, set('<item jid="bob@localhost"/>'))).find(isPush);
    const ver = verOf(pushed) ?? '';
    expect(ver).not.toBe(empty);
    expect((await ask(alice, get(ver)))[0]?.children).toEqual([]);
    expect(itemsIn((await ask(alice, get(empty)))[0])).toHaveLength(1);
    expect(verOf((await ask(alice, get()))[0])).toBe(ver);
  });

  test('the version rises with every push, and only then', async () => {
    await start();
    const alice = await interested('alice@localhost/x');
    for (let i = 0; i < 20; i++) alice.send(set(`<item jid="bob@localhost" name="${i >> 1}"/>`, `s${i}`));
    await settled();
    const versions = alice
      .take()
      .filter(isPush)
      .map((push) => Number(verOf(push)));
    expect(versions).toHaveLength(10);
    expect(versions).toEqual(Array.from({ length: 10 }, (_, i) => (versions[0] ?? 0) + i));
  });

  test('an account made anew has no version of its predecessor', async () => {
    await start();
    const alice = await interested('alice@localhost/x');
    const old = verOf((await ask(alice, set('<item jid="bob@localhost"/>'))).find(isPush));
    const unit = world.server.storage.unit();
    await world.host().hooks['user/deleted'].emit({ user: 'alice@localhost', unit });
    await unit.submit()?.settled();
    await settled();
    alice.take();
    expect(itemsIn((await ask(alice, get(old)))[0])).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 2)); // nobody makes an account anew in the same millisecond
    const now = verOf((await ask(alice, set('<item jid="bob@localhost"/>'))).find(isPush));
    expect(now).not.toBe(old);
  });
});

test('four resources change one roster at once: no change is lost, and every client ends with the same roster', async () => {
  await start();
  const clients: TestClient[] = [];
  for (const name of ['a', 'b', 'c', 'd']) clients.push(await interested(`alice@localhost/${name}`));
  for (let i = 0; i < 240; i++) {
    const client = clients[i % 4];
    client?.send(
      i % 3 === 0 && i > 40
        ? set(`<item jid="c${i - 40}@localhost" subscription="remove"/>`, `s${i}`)
        : set(`<item jid="c${i}@localhost" name="${i}"/>`, `s${i}`),
    );
    if (i % 50 === 0) client?.send(get());
    if (i % 16 === 0) await settled();
  }
  await settled();
  const views = clients.map((client) => {
    const view = new Map<string, string>();
    for (const stanza of client.take()) {
      if (stanza.attr('id') === 'g') view.clear();
      for (const item of stanza.child('query', NS)?.elements() ?? []) {
        const jid = item.attr('jid') ?? '';
        if (item.attr('subscription') === 'remove') view.delete(jid);
        else view.set(jid, item.attr('name') ?? '');
      }
    }
    return view;
  });
  const stored = [...((await world.host().services.find(Roster)?.items('alice@localhost')) ?? [])];
  expect(stored.length).toBeGreaterThan(100);
  for (const view of views) expect(view).toEqual(new Map(stored.map(([jid, item]) => [jid, item.name])));
});

test('a push that comes while the roster is being read follows the answer', async () => {
  await start();
  const one = await interested('alice@localhost/one');
  const two = await world.client('alice@localhost/two');
  two.send(get()); // reads, while:
  one.send(set('<item jid="bob@localhost"/>'));
  await settled();
  const stanzas = two.take();
  const result = stanzas.findIndex((stanza) => stanza.attr('id') === 'g');
  const push = stanzas.findIndex(isPush);
  expect(result).toBe(0);
  expect(itemsIn(stanzas[0])?.length === 1 || push > result).toBe(true);
});

test('loads, reloads and unloads without a trace', async () => {
  await start();
  const host = world.host();
  const counts = (): unknown[] => [
    host.iqs.size,
    host.hooks['user/deleted'].size,
    host.disco.features('host').length,
    host.streamFeatures.length,
    host.services.has(Roster),
  ];
  const loaded = counts();
  await host.modules.reload('roster');
  expect(counts()).toEqual(loaded);
  await host.modules.unload('roster');
  expect(counts()).toEqual([0, 0, 0, 1, false]); // the stream feature is that of presence
});
