/** Subscriptions between accounts: RFC 6121 §3. */
import { afterEach, describe, expect, test } from 'vitest';
import {
  ALICE,
  BOB,
  NS_ROSTER,
  itemOf,
  online,
  presence,
  put,
  roster,
  send,
  short,
  start,
  stop,
  world,
} from '../../../test/support/rosters.ts';
import { settled } from '../../../test/support/world.ts';
import { z } from 'zod';
import { Auth, type AuthProvider } from '../../host/auth.ts';
import { defineModule } from '../../host/module.ts';

afterEach(stop);

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
    const silent = await world().client(`${BOB}/silent`);
    await settled();
    expect(silent.take()).toEqual([]);
    for (const resource of ['one', 'two']) {
      const bob = await world().client(`${BOB}/${resource}`);
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
    const unit = world().server.storage.unit();
    await world().host().hooks['user/deleted'].emit({ user: ALICE, unit });
    await unit.submit()?.settled();
    await settled();
    expect(await itemOf(BOB, ALICE)).toMatchObject({ subscription: 'none' });
  });
});

describe('contacts elsewhere', () => {
  test('only what the state lets through is routed, from account to account (§3.1.2)', async () => {
    await start();
    const sent: string[] = [];
    world().server.remote = {
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
  const gate = Promise.withResolvers<undefined>();
  const slow = defineModule({
    name: 'slow',
    summary: 'Holds subscription stanzas up',
    xeps: [],
    scope: 'host',
    options: z.object({}),
    setup: (m) =>
      m.on('stanza/incoming', 'store', ({ stanza }) => (stanza.type?.startsWith('subscri') ? gate.promise : undefined)),
  });
  await start({}, [slow]);
  const alice = await online(`${ALICE}/a`);
  const bob = await online(`${BOB}/b`);
  await put(BOB, 'carol@localhost', { name: 'C' });
  await send(alice, presence('subscribe', BOB)); // both sides are decided on, neither is stored
  await put(ALICE, BOB, { name: 'Bob' });
  await put(BOB, ALICE, { name: 'Al', subscription: 'to' });
  gate.resolve(undefined);
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
    const bob = await world().client(`${BOB}/b`);
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
      create: refuse,
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
    await start({}, [accounts]);
    const alice = await online(`${ALICE}/a`);
    await send(alice, presence('subscribe', 'nobody@localhost'));
    expect((await roster().items('nobody@localhost')).size).toBe(0);
    expect(short(alice.take())).toEqual(['push nobody@localhost none+ask']);
    await send(alice, presence('subscribe', BOB));
    expect((await roster().items(BOB)).size).toBe(1);
  });
});
