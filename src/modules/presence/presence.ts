/** Presence (RFC 6121 §3, §4): subscriptions, broadcast, probes, directed presence. */
import { z } from 'zod';
import { SessionFlag } from '../../cluster/backend.ts';
import { Auth } from '../../host/auth.ts';
import { defineModule } from '../../host/module.ts';
import type { Session } from '../../host/session.ts';
import { Jid } from '../../jid/jid.ts';
import { delayElement } from '../../stanza/delay.ts';
import { presencePriority, presenceType } from '../../stanza/presence.ts';
import { andThen } from '../../util/and-then.ts';
import { el } from '../../xml/element.ts';
import type { Stanza } from '../../xml/stanza.ts';
import { Roster, isSeen, sees, type RosterItem, type RosterItems } from '../roster/service.ts';
import { Broadcaster } from './broadcaster.ts';
import { CurrentPresence } from './current-presence.ts';
import { Directed } from './directed.ts';
import { plainPresence, presenceTargets } from './protocol.ts';
import { PresenceFilters, Visibility, type PresenceFilter } from './service.ts';
import { Subscriptions } from './subscriptions.ts';
import { VisibleContacts } from './visible-contacts.ts';

const NS_PRE_APPROVAL = 'urn:xmpp:features:pre-approval';
/** Microseconds. */
const SECOND = 1_000_000;
const NO_ITEMS: RosterItems = new Map();

export default defineModule({
  name: 'presence',
  summary: 'Presence and the subscriptions to it',
  xeps: [{ xep: 203, version: '2.0', note: 'in presence that is told later' }],
  scope: 'host',
  provides: [Visibility],
  wants: [Roster, Auth],
  options: z.object({
    ignore_presence_priority: z.boolean().default(false).describe('Treat every presence as if it had priority 0'),
  }),

  setup(m) {
    const { host } = m;
    const directed = new Directed(m.sessionState<Set<string> | undefined>('directed', () => undefined));
    const broadcaster = new Broadcaster(host);
    const current = new CurrentPresence(host);
    const ignored = m.counter('requests_ignored_total', 'Subscription requests beyond those that may wait');
    const subscriptions = new Subscriptions({
      roster: () => m.find(Roster),
      auth: () => m.find(Auth),
      current,
      ignored: () => ignored.inc(),
    });
    const itemsOf = (user: string): RosterItems | Promise<RosterItems> => m.find(Roster)?.items(user) ?? NO_ITEMS;
    const filters = new Set<PresenceFilter>();
    m.each(
      PresenceFilters,
      (filter) => filters.add(filter),
      (filter) => filters.delete(filter),
    );
    m.provide(Visibility, new VisibleContacts({ current, directed, itemsOf, isHidden }));

    m.streamFeature({
      offer: ({ state, user }) =>
        state === 'negotiating' && user !== undefined ? el('sub', NS_PRE_APPROVAL) : undefined,
      takes: () => false,
      handle: () => undefined,
    });
    m.delivers('presence', presenceTargets);

    m.on('stanza/outgoing', 'transform', (event) => {
      if (event.kind === 'presence' && event.to !== undefined) return subscriptions.outgoing(event);
    });
    m.on('stanza/incoming', 'transform', (event) => {
      if (event.kind === 'presence') return subscriptions.incoming(event);
    });
    m.on('stanza/outgoing', 'observe', ({ kind, session, origin, to, stanza }) => {
      if (kind !== 'presence' || to === undefined || session !== origin || session === undefined) return;
      directed.note(session, to.key, stanza);
    });

    m.on('presence/broadcast', 'observe', ({ session, stanza }) => {
      const type = presenceType(stanza);
      if (type === 'unavailable') return becomeUnavailable(session, stanza);
      if (type === 'available') return becomeAvailable(session, stanza); // §4.3.2, §3: the others need an address
    });

    m.on('session/closed', 'observe', ({ session }) => {
      const stanza = plainPresence(session.jid.toString(), undefined, 'unavailable');
      if (session.presence !== undefined || directed.of(session).size > 0) return becomeUnavailable(session, stanza);
    });

    // A microtask later: what the same change tells the contact, subscribed or unsubscribed, has left by then.
    m.on('roster/changed', 'observe', (change) => {
      const contact = Jid.parse(change.contact);
      if (contact === undefined) return;
      const work = (): void | Promise<void> =>
        andThen(isHidden(change.user, contact), (hidden) => follow(current, change, hidden));
      queueMicrotask(() => current.origin().inOrder(work));
    });

    function isHidden(user: string, address: Jid): boolean | Promise<boolean> {
      let later: Promise<boolean>[] | undefined;
      for (const filter of filters) {
        const hidden = filter(user, address);
        if (hidden === true) return true;
        if (hidden !== false) (later ??= []).push(hidden);
      }
      return later === undefined ? false : Promise.all(later).then((answers) => answers.includes(true));
    }

    function becomeAvailable(session: Session, stanza: Stanza): void | Promise<void> {
      const priority = m.options.ignore_presence_priority ? 0 : presencePriority(stanza);
      const initial = session.presence === undefined;
      const stamp = Math.floor(m.now() / SECOND) * SECOND;
      session.presence = stanza.append(delayElement(stamp, m.domain)); // what those get who ask later
      return andThen(host.sessions.flag(session, SessionFlag.available, true, priority), () =>
        andThen(itemsOf(session.user), (items) =>
          andThen(broadcaster.toOwnResources(session, stanza), () =>
            andThen(broadcaster.toContacts(session, stanza, items), () => {
              if (initial) becomeInformed(session, items);
            }),
          ),
        ),
      );
    }

    /** What a resource gets that has just become available. */
    function becomeInformed(session: Session, items: RosterItems): void {
      broadcaster.fromOwnResources(session);
      broadcaster.probe(session, items);
      broadcaster.remind(session, items);
    }

    function becomeUnavailable(session: Session, stanza: Stanza): void | Promise<void> {
      const wasAvailable = session.presence !== undefined;
      session.presence = undefined;
      const told = directed.of(session);
      directed.clear(session);
      return andThen(host.sessions.flag(session, SessionFlag.available, false, 0), () =>
        andThen(itemsOf(session.user), (items) => {
          const others = [...told].filter((address) => !wasAvailable || !sees(items.get(bareOf(address))));
          return andThen(broadcaster.toOwnResources(session, stanza), () =>
            andThen(broadcaster.toAddresses(session, stanza, others), () => {
              if (wasAvailable) return broadcaster.toContacts(session, stanza, items);
            }),
          );
        }),
      );
    }
  },
});

interface Change {
  readonly user: string;
  readonly contact: string;
  readonly before: RosterItem | undefined;
  readonly after: RosterItem | undefined;
}

/** What the contact must hear after an item was changed; of presence nothing if it is hidden from them. */
function follow(current: CurrentPresence, { user, contact, before, after }: Change, hidden: boolean): void {
  const origin = current.origin();
  const removed = before?.listed === true && after?.listed !== true;
  // §2.5.2: who is taken off the roster is told that everything is over.
  if (removed && (sees(before) || before.request !== undefined)) {
    current.send(plainPresence(user, contact, 'unsubscribed'), origin);
  }
  if (removed && (isSeen(before) || before.ask)) current.send(plainPresence(user, contact, 'unsubscribe'), origin);
  if (hidden) return;
  if (sees(before) && !sees(after)) current.withdraw(user, contact, origin);
  if (sees(before) || !sees(after)) return;
  // §3.4.2: an approval given in advance, which no client has sent now.
  if (before?.request === undefined) current.send(plainPresence(user, contact, 'subscribed'), origin);
  current.tell(user, contact, origin);
}

function bareOf(address: string): string {
  const slash = address.indexOf('/');
  return slash === -1 ? address : address.slice(0, slash);
}
