/** Message Archive Management (XEP-0313 v1.1.3): what an account sent and received, kept for its clients. */
import { z } from 'zod';
import { duration } from '../../config/duration.ts';
import { Auth } from '../../host/auth.ts';
import type { IqRequest } from '../../host/iq-table.ts';
import { defineModule } from '../../host/module.ts';
import type { StanzaEvent } from '../../host/stanza-event.ts';
import type { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { formElement } from '../../stanza/form-build.ts';
import { NS_SID } from '../../stanza/stanza-ids.ts';
import type { ArchiveEntry, ArchivePage, ArchiveQuery } from '../../storage/archive-store.ts';
import { StorageError } from '../../storage/storage-error.ts';
import { andThen } from '../../util/and-then.ts';
import { Gate } from '../../util/gate.ts';
import { el, type Element } from '../../xml/element.ts';
import { Roster } from '../roster/service.ts';
import { Archiver } from './archiver.ts';
import { isWanted, parsePrefs, prefsCodec, prefsElement, type Policy, type Prefs } from './prefs.ts';
import { NS_MAM, isKept, withoutNamespaces } from './protocol.ts';
import { QUERY_FORM, parseQuery } from './query.ts';
import { readEntries } from './read-entries.ts';
import { finElement, limited, metadataElement, resultMessage } from './results.ts';
import { UserArchive } from './service.ts';

const NS_CHAT_STATES = 'http://jabber.org/protocol/chatstates';

const SECOND = 1_000_000;
const WEEK = 7 * 86_400;
const CENTURY = 100 * 366 * 86_400;
/** Pages that are read and written at once: all others are served between them, and only these take memory. */
const PAGES = 8;
/** Entries that are deleted in one go. */
const EXPIRE_BATCH = 1000;

export default defineModule({
  name: 'mam',
  summary: 'Archives the messages of accounts',
  xeps: [
    { xep: 313, version: '1.1.3' },
    { xep: 359, version: '0.7.0' },
    { xep: 441, version: '0.2.0' },
  ],
  scope: 'host',
  provides: [UserArchive],
  wants: [Auth, Roster],
  options: z.object({
    archive_store: z.string().min(1).default('archive').describe('Name of the store that holds the archives'),
    archive_expires_after: z
      .union([z.literal('never'), duration(CENTURY)])
      .default(WEEK)
      .describe('How long messages are kept; "never" deletes none'),
    default_archive_policy: z
      .union([z.boolean(), z.enum(['always', 'never', 'roster'])])
      .default('always')
      .describe('Whose messages are kept for accounts that have not said so: everybody’s, nobody’s, those of contacts'),
    dont_archive_namespaces: z
      .array(z.string())
      .default([NS_CHAT_STATES])
      .describe('Namespaces of child elements that are not kept'),
    mam_smart_enable: z
      .boolean()
      .default(false)
      .describe('Keep nothing for an account before one of its clients has asked for its archive'),
    mam_include_total: z.boolean().default(true).describe('Tell how many messages a query matches'),
    max_archive_query_results: z.int().min(1).default(50).describe('Most messages in one page of results'),
  }),

  setup(m) {
    const { host, options } = m;
    const archive = m.archive(options.archive_store);
    const stored = m.keyed('archive_prefs', prefsCodec);
    const prefs = m.cached(stored);
    const enabled: Prefs = { policy: policyOf(options.default_archive_policy), rules: new Map() };
    const defaults: Prefs = options.mam_smart_enable ? { policy: 'never', rules: new Map() } : enabled;
    const archiver = new Archiver(archive, new Set(options.dont_archive_namespaces), () => m.now());
    const queried = m.sessionState<boolean>('queried', () => false);
    const pages = new Gate(PAGES);
    const lacking = new Set(options.dont_archive_namespaces.filter((ns) => ns !== NS_CHAT_STATES));

    m.provide(UserArchive, {
      hasQueried: (session) => queried.get(session),
      isWhole: (message) => withoutNamespaces(message, lacking) === message,
      read: (user, ids) => readEntries(archive, user, ids),
    });
    m.feature(NS_MAM); // §7 has the account say so; some clients ask the server alone
    for (const ns of [NS_MAM, `${NS_MAM}#extended`, `${NS_MAM}#groupchat-field`, NS_SID]) m.feature(ns, 'account');

    m.on('stanza/outgoing', 'store', (event) => {
      const { kind, stanza, to, user } = event;
      if (kind !== 'message' || to === undefined || to.bare.key === user) return undefined; // kept as received
      return isKept(stanza, to.resource !== undefined) ? keepIfWanted(event, to) : undefined;
    });

    m.on('stanza/incoming', 'store', (event) => {
      const { kind, stanza, to, from, user } = event;
      if (kind !== 'message' || !isKept(stanza, to?.resource !== undefined)) return undefined;
      const there = exists(user);
      if (there instanceof Promise) return there.then((found) => (found ? keepIfWanted(event, from) : undefined));
      return there ? keepIfWanted(event, from) : undefined;
    });

    // What is in the archive is not lost, also where nothing else keeps it.
    m.on(
      'stanza/undelivered',
      'store',
      (event) => {
        if (event.archived?.id !== undefined) event.take();
      },
      { after: ['offline'] },
    );

    m.on('user/deleted', 'store', ({ user, unit }) => {
      archive.clear(unit, user);
      stored.delete(unit, user);
    });

    m.iq('get', NS_MAM, 'query', () => el('query', NS_MAM, formElement(QUERY_FORM)), { to: 'self' });
    m.iq('set', NS_MAM, 'query', query, { to: 'self' });
    m.iq('get', NS_MAM, 'metadata', metadata, { to: 'self' });
    m.iq('get', NS_MAM, 'prefs', ({ user }) => andThen(prefsOf(user), prefsElement), { to: 'self' });
    m.iq(
      'set',
      NS_MAM,
      'prefs',
      (request) => {
        const wanted = parsePrefs(request.query);
        stored.put(request.unit, request.user, wanted);
        return prefsElement(wanted);
      },
      { to: 'self' },
    );
    for (const name of ['query', 'metadata', 'prefs']) {
      for (const type of ['get', 'set'] as const) m.iq(type, NS_MAM, name, forbid, { to: 'account' });
    }

    const { archive_expires_after: period } = options;
    if (period !== 'never') {
      m.daily('expire', async () => {
        const before = m.now() - period * SECOND;
        await m.emit('mam/expiring', { before });
        for (let deleted = EXPIRE_BATCH; deleted === EXPIRE_BATCH && !m.signal.aborted;) {
          deleted = await archive.expire(before, EXPIRE_BATCH);
        }
      });
    }

    function prefsOf(user: string): Prefs | Promise<Prefs> {
      const warm = prefs.peek(user);
      if (warm !== undefined) return warm ?? defaults;
      return prefs.of(user).then((found) => found ?? defaults);
    }

    /** Somebody is logged in, or there is such an account. */
    function exists(user: string): boolean | Promise<boolean> {
      const at = user.lastIndexOf('@');
      if (at <= 0) return false;
      const entries = host.sessions.of(user);
      if (!(entries instanceof Promise) && entries.length > 0) return true;
      return m.find(Auth)?.exists(user.slice(0, at)) ?? true;
    }

    /** At once where the preferences are warm: no promise and no closure for a message. */
    function keepIfWanted(event: StanzaEvent, other: Jid): void | Promise<void> {
      const found = prefsOf(event.user);
      return found instanceof Promise ? found.then((read) => keep(event, other, read)) : keep(event, other, found);
    }

    function keep(event: StanzaEvent, other: Jid, found: Prefs): void | Promise<void> {
      const wanted = isWanted(found, other);
      if (wanted === true) return archiver.append(event, other);
      if (wanted === false) return undefined;
      return andThen(isContact(event.user, other.bare.key), (yes) => {
        if (yes) archiver.append(event, other);
      });
    }

    function isContact(user: string, other: string): boolean | Promise<boolean> {
      const items = m.find(Roster)?.items(user);
      return items !== undefined && andThen(items, (found) => found.get(other)?.listed === true);
    }

    async function query(request: IqRequest): Promise<Element> {
      const { session, user, query: asked } = request;
      if (session === undefined) throw new StanzaError('forbidden');
      queried.set(session, true);
      if (options.mam_smart_enable) stored.update(request.unit, user, (found) => found ?? enabled);
      const conditions = parseQuery(asked, options.max_archive_query_results);
      return pages.run(async () => {
        if (session.ended) throw new StanzaError('recipient-unavailable'); // nobody would get the results
        const page = limited(await find(user, conditions), conditions.order);
        const to = session.jid.toString();
        const entries = asked.child('flip-page') === undefined ? page.entries : page.entries.toReversed();
        for (const entry of entries) {
          if (!session.deliver(resultMessage(entry, user, to, asked.attr('queryid')))) break; // it is gone
        }
        return finElement(page);
      });
    }

    async function find(user: string, conditions: ArchiveQuery): Promise<ArchivePage> {
      const total = options.mam_include_total || conditions.max === 0;
      try {
        return await archive.find(user, { ...conditions, total });
      } catch (error) {
        if (error instanceof StorageError && error.condition === 'item-not-found') {
          throw new StanzaError('item-not-found', 'An id is not in the archive'); // §4.3.2
        }
        throw error;
      }
    }

    async function metadata({ user }: IqRequest): Promise<Element> {
      const end = async (order: 'forward' | 'backward'): Promise<ArchiveEntry | undefined> =>
        (await archive.find(user, { order, max: 1 })).entries[0];
      return metadataElement(await end('forward'), await end('backward'));
    }
  },
});

function forbid(): never {
  throw new StanzaError('forbidden', 'An archive is for its owner alone'); // §8, the same for accounts that are not there
}

function policyOf(option: boolean | Policy): Policy {
  if (typeof option === 'boolean') return option ? 'always' : 'never';
  return option;
}
