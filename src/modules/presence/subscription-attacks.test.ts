/** Who may not see presence does not, and nobody moves somebody else’s subscription. */
import { afterEach, describe, expect, test } from 'vitest';
import {
  ALICE,
  BOB,
  itemOf,
  online,
  presence,
  put,
  roster,
  send,
  short,
  start,
  stop,
} from '../../../test/support/rosters.ts';
import { inbound } from './subscription.ts';
import { settled } from '../../../test/support/world.ts';
import type { RosterItem, Subscription } from '../roster/service.ts';

afterEach(stop);

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

  // From another server they come in without the sender's side, which drops them above.
  test.each(['subscribed', 'unsubscribed', 'unsubscribe'] as const)('%s out of nowhere changes nothing', (type) => {
    expect(inbound(type, undefined, '')).toEqual({ item: undefined, passes: false });
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
