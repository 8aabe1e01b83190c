/** Blocking Command (XEP-0191 v1.3): whom an account wants nothing to do with. */
import { z } from 'zod';
import { SessionFlag } from '../../cluster/backend.ts';
import { defineModule } from '../../host/module.ts';
import type { StanzaEvent } from '../../host/stanza-event.ts';
import { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/errors.ts';
import type { Unit } from '../../storage/unit.ts';
import { andThen } from '../../util/and-then.ts';
import type { Element } from '../../xml/element.ts';
import { PresenceFilters, Visibility } from '../presence/service.ts';
import { entryCodec } from './entry-codec.ts';
import {
  NS_BLOCKING,
  blockedError,
  blockingPush,
  isBlocked,
  isExempt,
  itemsElement,
  parseItems,
  type Blocklist,
} from './protocol.ts';

/** How often a list is read anew because it was changed meanwhile. */
const ATTEMPTS = 5;

/** The signal that the account has blocked addresses, one a line. */
const BLOCKED = 'blocklist/blocked';

export default defineModule({
  name: 'blocklist',
  summary: 'Lets accounts block addresses',
  xeps: [{ xep: 191, version: '1.3' }],
  scope: 'host',
  wants: [Visibility],
  options: z.object({
    blocklist_max_items: z
      .int()
      .min(1)
      .default(1000)
      .describe('Addresses after which an account cannot block more; a list that is longer already is kept'),
    blocklist_cache_size: z.int().min(1).default(10_000).describe('Accounts whose lists are kept in memory'),
    bounce_blocked_messages: z
      .boolean()
      .default(false)
      .describe('Answer messages of blocked senders with an error, which tells them that they are blocked'),
  }),

  setup(m) {
    const entries = m.map('blocklist', entryCodec);
    const lists = m.cached(entries, { entries: m.options.blocklist_cache_size });
    const refused = m.counter('stanzas_total', 'Stanzas between an account and an address that it blocks');

    m.feature(NS_BLOCKING);

    m.iq(
      'get',
      NS_BLOCKING,
      'blocklist',
      async ({ session, user }) => {
        if (session !== undefined) await m.host.sessions.flag(session, SessionFlag.blocking, true);
        return itemsElement('blocklist', (await latest(user)).keys());
      },
      { to: 'self' },
    );

    m.iq(
      'set',
      NS_BLOCKING,
      'block',
      ({ query, user, unit }) => {
        const jids = parseItems(query);
        if (jids.length === 0) throw new StanzaError('bad-request', 'Nothing to block'); // §3.3
        return andThen(lists.peek(user) ?? lists.of(user), (list) => {
          const added = jids.filter(({ key }) => !list.has(key));
          if (added.length > 0 && list.size + added.length > m.options.blocklist_max_items) {
            throw new StanzaError('not-allowed', 'Your block list is full');
          }
          for (const { key } of jids) entries.put(unit, user, key, true);
          whenStored(unit, user, itemsElement('block', keysOf(jids)), () => {
            m.find(Visibility)?.hide(
              user,
              added,
              (address) => isExempt(user, m.domain, address) || isBlocked(list, address),
            );
            // Whom a session sent presence directly is known where it lives.
            m.host.sessions.signal(user, BLOCKED, keysOf(added).join('\n')).catch((fault: unknown) => {
              m.log.error({ err: fault, user }, 'a blocked address could not be told that the account is unavailable');
            });
          });
          return undefined;
        });
      },
      { to: 'self' },
    );

    m.iq(
      'set',
      NS_BLOCKING,
      'unblock',
      ({ query, user, unit }) => {
        const jids = parseItems(query);
        if (jids.length === 0 && query.elements().length > 0) throw new StanzaError('bad-request');
        return andThen(lists.peek(user) ?? lists.of(user), (list) => {
          const removed = jids.length === 0 ? parseAll(list.keys()) : jids.filter(({ key }) => list.has(key));
          if (jids.length === 0)
            entries.clear(unit, user); // §3.5
          else for (const { key } of jids) entries.delete(unit, user, key);
          whenStored(unit, user, itemsElement('unblock', keysOf(jids)), () => m.find(Visibility)?.show(user, removed));
          return undefined;
        });
      },
      { to: 'self' },
    );

    m.on('session/signal', 'observe', ({ session, name, text }) => {
      if (name !== BLOCKED) return;
      m.find(Visibility)?.hideDirected(session, parseAll(text.split('\n')), (address) =>
        isExempt(session.user, m.domain, address),
      );
    });

    // Read before the first stanza comes, so that none has to wait for it.
    m.on('session/bound', 'observe', ({ session }) => lists.load(session.user));

    m.on('stanza/outgoing', 'access', (event) => {
      const { user, to } = event;
      if (to === undefined || isExempt(user, m.domain, to)) return;
      const list = lists.peek(user);
      if (list === undefined) return lists.of(user).then((read) => checkOutgoing(read, to));
      return checkOutgoing(list, to);
    });

    m.on('stanza/incoming', 'access', (event) => {
      const { user, to, from } = event;
      if (to?.local === undefined || isExempt(user, m.domain, from)) return;
      const list = lists.peek(user);
      if (list === undefined) return lists.of(user).then((read) => checkIncoming(event, read));
      return checkIncoming(event, list);
    });

    m.contribute(PresenceFilters, (user, address) =>
      isExempt(user, m.domain, address)
        ? false
        : andThen(lists.peek(user) ?? lists.of(user), (list) => isBlocked(list, address)),
    );

    m.on('user/deleted', 'store', ({ user, unit }) => void entries.clear(unit, user));

    /** §3.3: an error for whoever sends to an address that he blocks. */
    function checkOutgoing(list: Blocklist, to: Jid): void {
      if (list.size === 0 || !isBlocked(list, to)) return;
      refused.inc();
      throw blockedError();
    }

    /** §3.3: to the blocked one it looks as if the user were offline. */
    function checkIncoming(event: StanzaEvent, list: Blocklist): void {
      if (list.size === 0 || !isBlocked(list, event.from)) return;
      refused.inc();
      if (event.kind === 'presence') return event.drop();
      if (event.kind === 'message' && !(m.options.bounce_blocked_messages && isConversation(event)))
        return event.drop();
      throw new StanzaError('service-unavailable');
    }

    /** A list that is as new as every push that was sent before it is answered. */
    async function latest(user: string): Promise<Blocklist> {
      for (let attempt = 1; ; attempt++) {
        const list = await lists.of(user);
        if (lists.peek(user) === list || attempt === ATTEMPTS) return list;
      }
    }

    /** Once the change is committed, tell the resources that asked for the list, one change after the other. */
    function whenStored(unit: Unit, user: string, command: Element, then: () => void): void {
      unit.ticket.onSettled({
        settled: ({ error }) => {
          if (error !== undefined || m.signal.aborted) return;
          then();
          m.exclusive(user, () => push(user, command)).catch((fault: unknown) => {
            m.log.error({ err: fault, user }, 'a change of a block list could not be told');
          });
        },
      });
    }

    async function push(user: string, command: Element): Promise<void> {
      const stanza = blockingPush(command);
      for (const entry of await m.host.sessions.of(user)) {
        if ((entry.flags & SessionFlag.blocking) === 0) continue;
        void m.host.deliver(entry, stanza.with({ to: `${user}/${entry.resource}` })); // who is gone asks again
      }
    }
  },
});

/** Messages of which their senders expect to hear if they were not delivered. */
function isConversation({ stanza }: StanzaEvent): boolean {
  return stanza.type === undefined || stanza.type === 'chat' || stanza.type === 'normal';
}

function keysOf(jids: readonly Jid[]): string[] {
  return jids.map(({ key }) => key);
}

function parseAll(keys: Iterable<string>): Jid[] {
  const jids: Jid[] = [];
  for (const key of keys) {
    const jid = Jid.parse(key);
    if (jid !== undefined) jids.push(jid);
  }
  return jids;
}
