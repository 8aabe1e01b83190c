/** Last Activity of accounts (XEP-0012 v2.0): since when nobody is there, for those who may see the account's presence. */
import { z } from 'zod';
import { SessionFlag } from '../../cluster/backend.ts';
import { defineModule } from '../../host/module.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { andThen } from '../../util/and-then.ts';
import { el } from '../../xml/element.ts';
import { NS_CLIENT } from '../../xml/namespaces.ts';
import { Roster } from '../roster/service.ts';
import { departureCodec } from './departure-codec.ts';

const NS_LAST = 'jabber:iq:last';
const SECOND = 1_000_000;

export default defineModule({
  name: 'lastactivity',
  summary: 'Tells contacts since when an account has been away',
  xeps: [{ xep: 12, version: '2.0', note: 'of accounts; that of the server is the module uptime' }],
  scope: 'host',
  needs: [Roster],
  options: z.object({}),

  setup(m) {
    const roster = m.use(Roster);
    const departures = m.keyed('lastactivity', departureCodec);

    m.feature(NS_LAST);
    m.feature(NS_LAST, 'account');

    m.on('presence/broadcast', 'observe', ({ session, stanza }) => {
      if (stanza.type !== 'unavailable') return;
      leave(session.user, stanza.childText('status', NS_CLIENT) ?? '');
    });
    m.on('session/closed', 'store', ({ session }) => {
      // before presence, which clears the flag
      if ((session.flags & SessionFlag.available) !== 0) leave(session.user, '');
    });

    m.iq(
      'get',
      NS_LAST,
      'query',
      async ({ user, from }) => {
        if (!(await roster.isSubscribed(user, from.bare.key))) throw new StanzaError('forbidden'); // §4, §8
        const entries = await m.host.sessions.of(user);
        if (entries.some((entry) => (entry.flags & SessionFlag.available) !== 0))
          return el('query', NS_LAST, { seconds: 0 });
        const departure = await departures.get(user);
        if (departure === undefined) throw new StanzaError('item-not-found', 'It was never there');
        const seconds = Math.max(0, Math.floor((m.now() - departure.when) / SECOND));
        return el('query', NS_LAST, { seconds }, departure.status);
      },
      { to: ['self', 'account'] },
    );

    // §4: to a resource as to the account, so that nobody finds out which resources there are.
    m.on('stanza/incoming', 'access', ({ kind, stanza, user, to, from }) => {
      if (kind !== 'iq' || to?.resource === undefined || stanza.type !== 'get' || !stanza.has('query', NS_LAST)) return;
      return andThen(roster.isSubscribed(user, from.bare.key), (allowed) => {
        if (!allowed) throw new StanzaError('forbidden');
      });
    });

    m.on('user/deleted', 'store', ({ user, unit }) => void departures.delete(unit, user));

    function leave(user: string, status: string): void {
      const unit = m.unit();
      departures.put(unit, user, { when: m.now(), status });
      unit.submit()?.onSettled({
        settled: ({ error }) => {
          if (error !== undefined) m.log.error({ err: error, user }, 'last activity could not be stored');
        },
      });
    }
  },
});
