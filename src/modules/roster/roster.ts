/** Rosters (RFC 6121 §2): get, set, push and versions. */
import { z } from 'zod';
import { SessionFlag } from '../../cluster/backend.ts';
import { defineModule } from '../../host/module.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { andThen } from '../../util/and-then.ts';
import { NS_ROSTER, parseSet, rosterElement, versionFeature, type RosterSet } from './protocol.ts';
import { Pusher, type Held } from './pusher.ts';
import { RosterStore } from './roster-store.ts';
import { countListed, Roster, type RosterItem } from './service.ts';

const NEW_ITEM: RosterItem = {
  listed: true,
  name: undefined,
  groups: [],
  subscription: 'none',
  ask: false,
  approved: false,
  request: undefined,
};

export default defineModule({
  name: 'roster',
  summary: 'Contact lists',
  xeps: [{ xep: 237, version: '1.3', note: 'as RFC 6121 §2.6 has it; an old roster is sent as a whole' }],
  scope: 'host',
  provides: [Roster],
  options: z.object({
    roster_max_items: z
      .int()
      .min(1)
      .default(2000)
      .describe('Contacts after which an account cannot add more; a roster that is longer already is kept'),
    roster_max_pending: z
      .int()
      .min(1)
      .default(100)
      .describe('Subscription requests that may wait for an account’s answer; more of them are ignored'),
  }),

  setup(m) {
    const held = m.sessionState<Held | undefined>('held', () => undefined);
    const pusher = new Pusher(m.host, held);
    const { roster_max_items: maxItems, roster_max_pending: maxPending } = m.options;
    const roster = new RosterStore(m, pusher, { maxItems, maxPending });
    m.provide(Roster, roster);
    m.feature(NS_ROSTER);
    m.streamFeature({
      offer: ({ state, user }) => (state === 'negotiating' && user !== undefined ? versionFeature() : undefined),
      takes: () => false,
      handle: () => undefined,
    });

    m.iq(
      'get',
      NS_ROSTER,
      'query',
      async ({ session, user, query }) => {
        if (session === undefined) throw new StanzaError('forbidden');
        const known = query.attr('ver');
        pusher.hold(session);
        try {
          await m.host.sessions.flag(session, SessionFlag.interested, true);
          const { items, version } = await roster.snapshot(user);
          return version === known ? undefined : rosterElement(items, version); // §2.6.3: nothing new
        } finally {
          setImmediate(() => pusher.release(session)); // by then the answer is in the session's queue
        }
      },
      { to: 'self' },
    );

    m.iq(
      'set',
      NS_ROSTER,
      'query',
      ({ user, unit, query }) => {
        const wanted = parseSet(query, user);
        return andThen(roster.items(user), (items) => {
          const known = items.get(wanted.contact)?.listed === true;
          if (wanted.remove && !known) throw new StanzaError('item-not-found');
          if (!known && countListed(items) >= maxItems) throw new StanzaError('not-allowed', 'Your roster is full');
          roster.change(unit, user, wanted.contact, (item) => (wanted.remove ? undefined : edited(item, wanted)));
          return undefined;
        });
      },
      { to: 'self' },
    );

    m.on('user/deleted', 'store', ({ user, unit }) => roster.clear(unit, user));
  },
});

/** Only name and groups are the client's to set (§2.1.2). */
function edited(item: RosterItem | undefined, { name, groups }: RosterSet): RosterItem {
  return { ...(item ?? NEW_ITEM), listed: true, name, groups };
}
