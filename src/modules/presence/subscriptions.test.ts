/** Subscriptions between accounts: RFC 6121 §3, and who sees whose presence because of them. */
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { settled, World, type TestClient } from '../../../test/support/world.ts';
import { Auth, type AuthProvider } from '../../host/auth.ts';
import { defineModule } from '../../host/module.ts';
import { z } from 'zod';
import type { Element } from '../../xml/element.ts';
import { Roster, type RosterItem, type RosterItems, type Subscription } from '../roster/service.ts';

const NS_ROSTER = 'jabber:iq:roster';
const ALICE = 'alice@localhost';
const BOB = 'bob@localhost';
const MODULES = ['message', 'iq', 'presence', 'roster'];
let world: World;

afterEach(() => world.stop());

async function start(options: Readonly<Record<string, unknown>> = {}): Promise<void> {
  world = await World.start({ hosts: [{ modules: MODULES, options }] });
}

/** An available client that asked for its roster. */
async function online(address: string): Promise<TestClient> {
  const client = await world.client(address);
  client.send(`<iq type="get" id="g"><query xmlns="${NS_ROSTER}"/></iq>`);
  client.send('<presence/>');
  await settled();
  client.take();
  return client;
}

async function send(client: TestClient, xml: string): Promise<void> {
  client.send(xml);
  await settled();
}

const presence = (type: string, to: string): string => `<presence type="${type}" to="${to}"/>`;

function roster(): Roster {
  return world.host().services.find(Roster) ?? expect.fail('no roster');
}

async function itemOf(user: string, contact: string): Promise<RosterItem | undefined> {
  const items: RosterItems = await roster().items(user);
  return items.get(contact);
}

/** Put an item into a roster without telling anybody. */
async function put(user: string, contact: string, item: Partial<RosterItem>): Promise<void> {
  const unit = world.server.storage.unit();
  const plain: RosterItem = {
    listed: true,
    name: undefined,
    groups: [],
    subscription: 'none',
    ask: false,
    approved: false,
    request: undefined,
  };
  roster().change(unit, user, contact, () => ({ ...plain, ...item }));
  await unit.submit()?.settled();
  await settled();
}

/** Stanzas in short: `type from` for presence, the item for pushes. */
function short(stanzas: readonly Element[]): string[] {
  return stanzas.map((stanza) => {
    const item = stanza.child('query', NS_ROSTER)?.elements()[0];
    if (item === undefined) return `${stanza.attr('type') ?? 'available'} ${stanza.attr('from') ?? ''}`;
    const flags = [item.attr('subscription'), item.attr('ask') && 'ask', item.attr('approved') && 'approved'];
    return `push ${item.attr('jid') ?? ''} ${flags.filter(Boolean).join('+')}`;
  });
}

describe('the usual course', () => {
  test('request, approval, presence, and both ends of it', async () => {
    await start();
    const alice = await online(`${ALICE}/a`);
    const bob = await online(`${BOB}/b`);

    await send(alice, `<presence type="subscribe" to="${BOB}/whatever" id="1"><status>it is me</status></presence>`);
    expect(short(alice.take())).toEqual([`push ${BOB} none+ask`]);
    const [request] = bob.take();
    expect([request?.attr('type'), request?.attr('from'), request?.attr('to'), request?.childText('status')]).toEqual([
      'subscribe',
      ALICE,
      BOB,
      'it is me',
    ]);

    await send(bob, presence('subscribed', ALICE));
    expect(short(alice.take())).toEqual([`subscribed ${BOB}`, `push ${BOB} to`, `available ${BOB}/b`]);
    expect(short(bob.take())).toEqual([`push ${ALICE} from`]);

    await send(bob, '<presence><show>away</show></presence>');
    expect(alice.take()[0]?.childText('show')).toBe('away');
    bob.take();
    await send(alice, '<presence><show>dnd</show></presence>');
    expect(bob.take()).toEqual([]); // he is not subscribed

    alice.take();
    await send(bob, presence('unsubscribed', ALICE));
    expect(short(alice.take())).toEqual([`unsubscribed ${BOB}`, `push ${BOB} none`, `unavailable ${BOB}/b`]);
    expect(short(bob.take())).toEqual([`push ${ALICE} none`]);
  });

  test('the subscriber ends it', async () => {
    await start();
    await put(ALICE, BOB, { subscription: 'both' });
    await put(BOB, ALICE, { subscription: 'both' });
    const alice = await online(`${ALICE}/a`);
    const bob = await online(`${BOB}/b`);
    alice.take();
    await send(alice, presence('unsubscribe', BOB));
    expect(short(bob.take())).toEqual([`unsubscribe ${ALICE}`, `push ${ALICE} to`]);
    expect(short(alice.take())).toEqual([`push ${BOB} from`, `unavailable ${BOB}/b`]);
  });

  test('removing a contact ends everything on both sides (§2.5.2)', async () => {
    await start();
    await put(ALICE, BOB, { subscription: 'both' });
    await put(BOB, ALICE, { subscription: 'both' });
    const alice = await online(`${ALICE}/a`);
    const bob = await online(`${BOB}/b`);
    alice.take();
    await send(
      alice,
      `<iq type="set" id="s"><query xmlns="${NS_ROSTER}"><item jid="${BOB}" subscription="remove"/></query></iq>`,
    );
    const heard = short(bob.take());
    expect(heard.toSorted()).toEqual(
      [
        `unsubscribed ${ALICE}`,
        `push ${ALICE} from`,
        `unsubscribe ${ALICE}`,
        `push ${ALICE} none`,
        `unavailable ${ALICE}/a`,
      ].toSorted(),
    );
    expect(short(alice.take())).toContain(`unavailable ${BOB}/b`);
    expect(await itemOf(ALICE, BOB)).toBeUndefined();
    expect(await itemOf(BOB, ALICE)).toMatchObject({ subscription: 'none', listed: true });
  });

  test('a request waits, complete, for the next available resource, and is asked for once', async () => {
    await start();
    const alice = await online(`${ALICE}/a`);
    await send(
      alice,
      `<presence type="subscribe" to="${BOB}"><nick xmlns="http://jabber.org/protocol/nick">Al</nick></presence>`,
    );
    await send(alice, presence('subscribe', BOB));
    const silent = await world.client(`${BOB}/silent`);
    await settled();
    expect(silent.take()).toEqual([]);
    for (const resource of ['one', 'two']) {
      const bob = await world.client(`${BOB}/${resource}`);
      await send(bob, '<presence/>');
      const requests = bob.take().filter((stanza) => stanza.attr('type') === 'subscribe');
      expect(requests).toHaveLength(1);
      expect(requests[0]?.childText('nick', 'http://jabber.org/protocol/nick')).toBe('Al');
      expect(requests[0]?.attr('from')).toBe(ALICE);
    }
    expect((await itemOf(BOB, ALICE))?.listed).toBe(false);
  });

  test('an approval in advance is used without asking (§3.4)', async () => {
    await start();
    const alice = await online(`${ALICE}/a`);
    const bob = await online(`${BOB}/b`);
    await send(bob, presence('subscribed', ALICE));
    expect(short(bob.take())).toEqual([`push ${ALICE} none+approved`]);
    expect(alice.take()).toEqual([]); // not routed
    await send(alice, presence('subscribe', BOB));
    expect(short(bob.take())).toEqual([`push ${ALICE} from`]);
    expect(short(alice.take())).toEqual([
      `push ${BOB} none+ask`,
      `subscribed ${BOB}`,
      `push ${BOB} to`,
      `available ${BOB}/b`,
    ]);
  });

  test('whoever is subscribed and asks again is told so', async () => {
    await start();
    await put(BOB, ALICE, { subscription: 'from' });
    const alice = await online(`${ALICE}/a`);
    const bob = await online(`${BOB}/b`);
    alice.take();
    await send(alice, presence('subscribe', BOB));
    expect(short(alice.take())).toEqual([
      `push ${BOB} none+ask`,
      `subscribed ${BOB}`,
      `push ${BOB} to`,
      `available ${BOB}/b`,
    ]);
    expect(bob.take()).toEqual([]);
  });

  test('a deleted account leaves no subscriptions behind', async () => {
    await start();
    await put(ALICE, BOB, { subscription: 'both' });
    await put(BOB, ALICE, { subscription: 'both' });
    const unit = world.server.storage.unit();
    await world.host().hooks['user/deleted'].emit({ user: ALICE, unit });
    await unit.submit()?.settled();
    await settled();
    expect(await itemOf(BOB, ALICE)).toMatchObject({ subscription: 'none' });
  });
});

/** What two accounts are to each other, told in other words than the server's. */
class Model {
  readonly relation = { 'a→b': 'no', 'b→a': 'no' };
  readonly advance = { a: false, b: false };
  readonly listed = { a: false, b: false };

  do(who: 'a' | 'b', what: string): void {
    const other = who === 'a' ? 'b' : 'a';
    const mine = who === 'a' ? 'a→b' : 'b→a';
    const theirs = who === 'a' ? 'b→a' : 'a→b';
    if (what === 'remove' && this.listed[who]) {
      this.relation[mine] = 'no';
      this.relation[theirs] = 'no';
      this.advance[who] = false;
      this.listed[who] = false;
    } else if (what === 'subscribe') {
      this.listed[who] ||= this.relation[mine] === 'no';
      if (this.relation[mine] === 'no' && this.advance[other]) {
        this.relation[mine] = 'yes';
        this.advance[other] = false;
      } else if (this.relation[mine] === 'no') this.relation[mine] = 'asked';
    } else if (what === 'unsubscribe') this.relation[mine] = 'no';
    else if (what === 'subscribed') {
      this.listed[who] = true;
      if (this.relation[theirs] === 'asked') this.relation[theirs] = 'yes';
      else if (this.relation[theirs] === 'no') this.advance[who] = true;
    } else if (what === 'unsubscribed') {
      this.relation[theirs] = 'no';
      this.advance[who] = false;
    }
  }

  item(who: 'a' | 'b'): unknown {
    const [mine, theirs] =
      who === 'a' ? [this.relation['a→b'], this.relation['b→a']] : [this.relation['b→a'], this.relation['a→b']];
    const request = theirs === 'asked';
    if (!this.listed[who] && !request) return undefined;
    const subscription = mine === 'yes' ? (theirs === 'yes' ? 'both' : 'to') : theirs === 'yes' ? 'from' : 'none';
    return { listed: this.listed[who], subscription, ask: mine === 'asked', request, approved: this.advance[who] };
  }
}

/** Who a client thinks is available, from all the presence it got. */
function noteView(view: Set<string>, client: TestClient, other: string): void {
  for (const stanza of client.take()) {
    const from = stanza.attr('from') ?? '';
    if (stanza.name !== 'presence' || !from.startsWith(`${other}/`)) continue;
    if (stanza.attr('type') === undefined) view.add(from);
    else if (stanza.attr('type') === 'unavailable') view.delete(from);
  }
}

test('whatever two accounts do, both rosters agree, and presence is seen exactly by those who may (S59, S60)', async () => {
  const moves = fc.array(
    fc.tuple(
      fc.constantFrom('a' as const, 'b' as const),
      fc.constantFrom('subscribe', 'subscribed', 'unsubscribe', 'unsubscribed', 'remove', 'subscribe', 'subscribed'),
    ),
    { minLength: 4, maxLength: 16 },
  );
  await start();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(moves, async (sequence) => {
      run++;
      const [user, contact] = [`a${run}@localhost`, `b${run}@localhost`];
      const clients = { a: await online(`${user}/x`), b: await online(`${contact}/x`) };
      const views = { a: new Set<string>(), b: new Set<string>() };
      const model = new Model();
      for (const [who, what] of sequence) {
        const to = who === 'a' ? contact : user;
        const xml =
          what === 'remove'
            ? `<iq type="set" id="s"><query xmlns="${NS_ROSTER}"><item jid="${to}" subscription="remove"/></query></iq>`
            : presence(what, to);
        await send(clients[who], xml);
        await settled();
        model.do(who, what);
        for (const [side, owner, other] of [
          ['a', user, contact],
          ['b', contact, user],
        ] as const) {
          const item = await itemOf(owner, other);
          const { listed, subscription, ask, approved, request } = item ?? {};
          const actual = item && { listed, subscription, ask, request: request !== undefined, approved };
          expect(actual, `${side} after ${who} ${what}`).toEqual(model.item(side));
          noteView(views[side], clients[side], other);
          const seen = model.relation[side === 'a' ? 'a→b' : 'b→a'] === 'yes';
          expect([...views[side]], `${side} sees, after ${who} ${what}`).toEqual(seen ? [`${other}/x`] : []);
        }
      }
      clients.a.end();
      clients.b.end();
    }),
    { numRuns: 40 },
  );
});

const STATES: readonly [string, Partial<RosterItem> | undefined][] = [
  ['none', undefined],
  ['none+out', { ask: true }],
  ['none+in', { request: '', listed: false }],
  ['none+out+in', { ask: true, request: '' }],
  ['to', { subscription: 'to' }],
  ['to+in', { subscription: 'to', request: '' }],
  ['from', { subscription: 'from' }],
  ['from+out', { subscription: 'from', ask: true }],
  ['both', { subscription: 'both' }],
];
const SEEN: ReadonlySet<Subscription> = new Set<Subscription>(['from', 'both']);

describe('presence is told to nobody who may not have it (S59: presence leak)', () => {
  for (const [state, item] of STATES) {
    const allowed = item?.subscription !== undefined && SEEN.has(item.subscription);

    for (const to of [BOB, `${BOB}/b`, `${BOB}/guess`]) {
      test(`a probe to ${to} in ${state} ${allowed ? 'is answered' : 'tells nothing'}`, async () => {
        await start();
        if (item !== undefined) await put(BOB, ALICE, item);
        const alice = await online(`${ALICE}/a`);
        const bob = await online(`${BOB}/b`);
        alice.take();
        await send(alice, presence('probe', to));
        expect(short(alice.take())).toEqual(allowed ? [`available ${BOB}/b`] : []);
        expect(bob.take()).toEqual([]);
      });
    }

    test(`a request in ${state} ${allowed ? 'is confirmed' : 'shows nothing'}`, async () => {
      await start();
      if (item !== undefined) await put(BOB, ALICE, item);
      const alice = await online(`${ALICE}/a`);
      await online(`${BOB}/b`);
      alice.take();
      await send(alice, presence('subscribe', BOB));
      expect(short(alice.take()).some((text) => text.includes(`${BOB}/b`))).toBe(allowed);
    });

    test(`a broadcast in ${state} ${allowed ? 'reaches' : 'does not reach'} the contact`, async () => {
      await start();
      if (item !== undefined) await put(BOB, ALICE, item);
      const alice = await online(`${ALICE}/a`);
      const bob = await online(`${BOB}/b`);
      const initial = short(alice.take()).includes(`available ${BOB}/b`);
      await send(bob, '<presence><show>away</show></presence>');
      const later = short(alice.take()).includes(`available ${BOB}/b`);
      bob.end('lost');
      await settled();
      const gone = short(alice.take()).includes(`unavailable ${BOB}/b`);
      expect([initial, later, gone]).toEqual([allowed, allowed, allowed]);
    });
  }

  test('an account that there is not answers like one that has not let in who asks (S57)', async () => {
    await start();
    const alice = await online(`${ALICE}/a`);
    for (const stranger of ['nobody@localhost', BOB]) await put(ALICE, stranger, { subscription: 'to' });
    await online(`${BOB}/b`);
    alice.take();
    const answers: string[] = [];
    for (const stranger of ['nobody@localhost', BOB]) {
      await send(alice, presence('probe', stranger));
      answers.push(short(alice.take()).join('; ').replaceAll(stranger, 'X'));
    }
    expect(answers[0]).toBe('unsubscribed X; push X none');
    expect(answers[1]).toBe(answers[0]);
  });
});

describe('states cannot be forged (S60)', () => {
  test.each([
    ['an approval nobody asked for', presence('subscribed', ALICE)],
    ['an approval with a resource', presence('subscribed', `${ALICE}/a`)],
    ['a cancellation of nothing', presence('unsubscribed', ALICE)],
    ['an end of nothing', presence('unsubscribe', ALICE)],
  ])('%s changes nothing and is not shown', async (_what, xml) => {
    await start();
    const alice = await online(`${ALICE}/a`);
    const mallory = await online('mallory@localhost/m');
    await send(mallory, xml);
    expect(alice.take()).toEqual([]);
    expect(await itemOf(ALICE, 'mallory@localhost')).toBeUndefined();
  });

  test.each(['subscribed', 'unsubscribed', 'unsubscribe'])(
    '%s of a third party does not touch the subscription to another',
    async (type) => {
      await start();
      await put(ALICE, BOB, { subscription: 'both' });
      await put(BOB, ALICE, { subscription: 'both' });
      const alice = await online(`${ALICE}/a`);
      const mallory = await online('mallory@localhost/m');
      alice.take();
      await send(mallory, `<presence type="${type}" to="${ALICE}" from="${BOB}"/>`);
      expect(alice.take()).toEqual([]);
      expect(await itemOf(ALICE, BOB)).toMatchObject({ subscription: 'both' });
    },
  );

  test.each(['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed'])('%s to oneself is nothing', async (type) => {
    await start();
    const alice = await online(`${ALICE}/a`);
    await send(alice, presence(type, ALICE));
    await send(alice, presence(type, `${ALICE}/a`));
    expect(alice.take()).toEqual([]);
    expect((await roster().items(ALICE)).size).toBe(0);
  });

  test('an approval that was used does not work again', async () => {
    await start();
    const alice = await online(`${ALICE}/a`);
    const bob = await online(`${BOB}/b`);
    await send(bob, presence('subscribed', ALICE));
    await send(alice, presence('subscribe', BOB));
    await send(bob, presence('unsubscribed', ALICE));
    alice.take();
    bob.take();
    await send(alice, presence('subscribe', BOB));
    expect(short(bob.take())).toEqual([`subscribe ${ALICE}`]);
    expect(short(alice.take())).toEqual([`push ${BOB} none+ask`]);
  });
});

describe('contacts elsewhere', () => {
  test('only what the state lets through is routed, from account to account (§3.1.2)', async () => {
    await start();
    const sent: string[] = [];
    world.server.remote = {
      output: (event) => ({
        release: () => {
          sent.push(`${event.stanza.type} ${event.stanza.from} ${event.stanza.to}`);
          event.origin.finished(event.seq);
        },
      }),
    };
    const alice = await online(`${ALICE}/a`);
    for (const type of ['subscribed', 'unsubscribed', 'subscribe', 'unsubscribe']) {
      await send(alice, presence(type, 'carol@elsewhere.example/phone'));
    }
    expect(sent).toEqual([
      `subscribe ${ALICE} carol@elsewhere.example`,
      `unsubscribe ${ALICE} carol@elsewhere.example`,
    ]);
    await put(ALICE, 'carol@elsewhere.example', { subscription: 'both' });
    sent.length = 0;
    await send(alice, '<presence><show>away</show></presence>');
    alice.end();
    await settled();
    expect(sent).toEqual([
      `undefined ${ALICE}/a carol@elsewhere.example`,
      `unavailable ${ALICE}/a carol@elsewhere.example`,
    ]);
  });

  test('the server itself has no roster', async () => {
    await start();
    await send(await online(`${ALICE}/a`), presence('subscribe', 'localhost'));
    expect((await roster().items('localhost')).size).toBe(0);
  });
});

test('changes of one item at the same time are both kept, whoever comes first', async () => {
  let hold: Promise<void> | undefined;
  const slow = defineModule({
    name: 'slow',
    summary: 'Holds subscription stanzas up',
    xeps: [],
    scope: 'host',
    options: z.object({}),
    setup: (m) =>
      m.on('stanza/incoming', 'store', ({ stanza }) => (stanza.type?.startsWith('subscri') ? hold : undefined)),
  });
  world = await World.start({ modules: [slow], hosts: [{ modules: [...MODULES, 'slow'] }] });
  const alice = await online(`${ALICE}/a`);
  const bob = await online(`${BOB}/b`);
  const { promise, resolve } = Promise.withResolvers<undefined>();
  hold = promise.then(() => undefined);
  await send(alice, presence('subscribe', BOB)); // both sides are decided on, neither is stored
  await put(ALICE, BOB, { name: 'Bob' });
  await put(BOB, ALICE, { name: 'Al', subscription: 'to' });
  resolve(undefined);
  await settled();
  bob.take();
  expect(await itemOf(ALICE, BOB)).toMatchObject({ name: 'Bob', ask: true });
  expect(await itemOf(BOB, ALICE)).toMatchObject({ name: 'Al', subscription: 'to' });
  expect((await itemOf(BOB, ALICE))?.request).toBeDefined();
});

describe('limits', () => {
  test('requests beyond those that may wait are ignored, those waiting and known contacts are not (S61)', async () => {
    await start({ roster_max_pending: 2 });
    const bob = await online(`${BOB}/b`);
    for (const name of ['c1', 'c2', 'c3']) await send(await online(`${name}@localhost/x`), presence('subscribe', BOB));
    expect(short(bob.take())).toEqual(['subscribe c1@localhost', 'subscribe c2@localhost']);
    expect((await roster().items(BOB)).size).toBe(2);
    await send(bob, presence('subscribed', 'c1@localhost'));
    bob.take();
    await send(await online('c4@localhost/x'), presence('subscribe', BOB));
    expect(short(bob.take())).toEqual(['subscribe c4@localhost']);
  });

  test('a request too large to keep is still one', async () => {
    await start();
    const alice = await online(`${ALICE}/a`);
    await send(alice, `<presence type="subscribe" to="${BOB}"><status>${'x'.repeat(20_000)}</status></presence>`);
    expect((await itemOf(BOB, ALICE))?.request).toBe('');
    const bob = await world.client(`${BOB}/b`);
    await send(bob, '<presence/>');
    expect(short(bob.take())).toContain(`subscribe ${ALICE}`);
  });

  test('nothing is kept for an account that there is not', async () => {
    const refuse = (): Promise<never> => Promise.reject(new Error('not here'));
    const auth: AuthProvider = {
      scramHashes: [],
      exists: (name) => Promise.resolve(name !== 'nobody'),
      async *usernames() {
        // not asked for
      },
      checkPassword: refuse,
      scramKeys: refuse,
      setPassword: refuse,
      delete: refuse,
    };
    const accounts = defineModule({
      name: 'accounts',
      summary: 'All accounts but one',
      xeps: [],
      scope: 'host',
      provides: [Auth],
      options: z.object({}),
      setup: (m) => m.provide(Auth, auth),
    });
    world = await World.start({ modules: [accounts], hosts: [{ modules: [...MODULES, 'accounts'] }] });
    const alice = await online(`${ALICE}/a`);
    await send(alice, presence('subscribe', 'nobody@localhost'));
    expect((await roster().items('nobody@localhost')).size).toBe(0);
    expect(short(alice.take())).toEqual(['push nobody@localhost none+ask']);
    await send(alice, presence('subscribe', BOB));
    expect((await roster().items(BOB)).size).toBe(1);
  });
});
