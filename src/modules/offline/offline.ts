/** Offline messages (XEP-0160 v1.0.1): what no resource took waits for the next one that is available. */
import { z } from 'zod';
import { Auth } from '../../host/auth.ts';
import { defineModule } from '../../host/module.ts';
import type { Session } from '../../host/session.ts';
import type { StanzaEvent } from '../../host/stanza-event.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { presenceType } from '../../stanza/presence.ts';
import type { ArchivePage } from '../../storage/archive-store.ts';
import { StorageError } from '../../storage/storage-error.ts';
import { UserArchive } from '../mam/service.ts';
import { Acknowledgements } from '../smacks/service.ts';
import { Claims, claimsCodec } from './claims.ts';
import { HeldMessages, type Held } from './held-messages.ts';
import { archiveIdOf, treatmentOf } from './protocol.ts';
import { Spool } from './spool.ts';

/** Messages that are read and delivered in one go. */
const PAGE = 50;

/** Milliseconds after which it is tried again where the storage could not be read. */
const AGAIN = 5000;

export default defineModule({
  name: 'offline',
  summary: 'Keeps messages for accounts that nobody is logged in to',
  xeps: [
    { xep: 160, version: '1.0.1' },
    { xep: 203, version: '2.0', note: 'in offline messages' },
  ],
  scope: 'host',
  wants: [Auth, UserArchive, Acknowledgements],
  options: z.object({
    offline_max_messages: z.int().min(0).default(500).describe('Most messages that wait for one account'),
  }),

  setup(m) {
    const { host, options } = m;
    const entries = m.archive('offline');
    const spool = new Spool(host, entries, () => m.find(UserArchive));
    const claims = new Claims(host, m.keyed('offline_claims', claimsCodec));
    /** Sessions to which messages for the account may go (RFC 6121 §8.5.2.1). */
    const willing = m.sessionState<boolean>('willing', () => false);
    const held = new HeldMessages(m.sessionState<Held | undefined>('held', () => undefined));

    m.feature('msgoffline');

    m.on('stanza/undelivered', 'store', async (event) => {
      const treatment = treatmentOf(event.stanza);
      if (treatment === 'refuse' || !(await exists(event.user))) return;
      if (treatment === 'store') await store(event);
      event.take();
    });

    m.on('session/deliver', 'access', (event) => held.delivers(event));

    // Before `presence` makes the session one to which messages go, and behind it: none of them overtakes those that
    // wait, and none is stored after we have looked.
    m.on('presence/broadcast', 'transform', ({ session, stanza }) => {
      if (presenceType(stanza) === 'available' && !willing.get(session)) held.begin(session);
    });
    m.on(
      'presence/broadcast',
      'observe',
      ({ session }) => {
        const before = willing.get(session);
        const now = session.presence !== undefined && session.priority >= 0;
        willing.set(session, now);
        if (now && !before && m.find(UserArchive)?.hasQueried(session) !== true) {
          return flush(session);
        }
        release(session);
        return undefined;
      },
      { after: ['presence'] },
    );

    m.on('mam/expiring', 'store', ({ before }) => spool.keep(before));

    m.on('user/deleted', 'store', ({ user, unit }) => {
      entries.clear(unit, user);
      claims.clear(unit, user);
    });

    async function exists(user: string): Promise<boolean> {
      const auth = m.find(Auth);
      const at = user.lastIndexOf('@');
      return at > 0 && (auth === undefined || (await auth.exists(user.slice(0, at))));
    }

    async function store({ stanza, user, unit }: StanzaEvent): Promise<void> {
      const { total } = await entries.find(user, { order: 'forward', max: 0, total: true });
      if ((total ?? 0) < options.offline_max_messages) return spool.add(unit, user, stanza, m.now());
      if (archiveIdOf(stanza, user) !== undefined) return; // it is not lost
      throw new StanzaError('service-unavailable', 'Too many messages wait for this account');
    }

    /** Deliver what waits, then what came meanwhile. */
    async function flush(session: Session): Promise<void> {
      if (session.ended || !willing.get(session)) return;
      try {
        // Of two resources of this node the second one gets what the first one left.
        await m.exclusive(session.user, () => deliverAll(session));
      } catch (error) {
        failed(session, error);
        m.after(AGAIN, () => flush(session));
      } finally {
        release(session);
      }
    }

    /**
     * Oldest first. What was handed over is deleted when the client has it, as far as it tells; what was not, as the
     * session ended, stays for the next one.
     */
    async function deliverAll(session: Session): Promise<void> {
      const ids: string[] = [];
      try {
        for (let after: string | undefined; ;) {
          const page = await pageAfter(session.user, after);
          if (page.entries.length === 0) break;
          const waiting = await spool.messages(session.user, await claims.take(session, page.entries));
          for (const { entry, message } of waiting) {
            if (message !== undefined && !held.pass(session, message)) break;
            ids.push(entry.id);
          }
          if (page.complete || session.ended) break;
          after = page.entries.at(-1)?.id;
        }
      } finally {
        const acknowledged = m.find(Acknowledgements)?.settled(session);
        if (acknowledged === undefined) await remove(session, ids);
        else void acknowledged.then(() => remove(session, ids)).catch((error: unknown) => failed(session, error));
      }
    }

    /** A page of the spool; from its start if another resource deleted the entry where the last one ended. */
    async function pageAfter(user: string, after: string | undefined): Promise<ArchivePage> {
      try {
        return await entries.find(user, { order: 'forward', max: PAGE, after });
      } catch (error) {
        if (after === undefined || !(error instanceof StorageError && error.condition === 'item-not-found'))
          throw error;
        return entries.find(user, { order: 'forward', max: PAGE });
      }
    }

    /** Delete what was handed over. */
    async function remove(session: Session, ids: readonly string[]): Promise<void> {
      if (ids.length === 0) return;
      const unit = m.unit();
      entries.delete(unit, session.user, { ids });
      claims.release(unit, session);
      await unit.submit()?.settled();
    }

    /** What came meanwhile; of a session that has ended, into the spool. */
    function release(session: Session): void {
      const left = held.end(session);
      if (left.length === 0) return;
      const unit = m.unit();
      for (const message of left) {
        if (treatmentOf(message) === 'store') spool.add(unit, session.user, message, m.now());
      }
      unit
        .submit()
        ?.settled()
        .catch((error: unknown) => failed(session, error));
    }

    function failed({ user }: Session, error: unknown): void {
      m.log.error({ err: error, user }, 'the offline messages cannot be read or changed');
    }
  },
});
