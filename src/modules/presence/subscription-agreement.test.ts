/** Two accounts that do whatever they like: both rosters agree, and presence follows them. */
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { NS_ROSTER, itemOf, online, presence, send, start, stop } from '../../../test/support/rosters.ts';
import { settled, type TestClient } from '../../../test/support/world.ts';

afterEach(stop);

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
