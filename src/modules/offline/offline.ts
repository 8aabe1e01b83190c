/** Offline messages (XEP-0160 v1.0.1): what no resource took waits for the next one that is available. */
import { z } from 'zod';
import { Auth } from '../../host/auth.ts';
import { defineModule } from '../../host/module.ts';
import type { Session } from '../../host/session.ts';
import type { StanzaEvent } from '../../host/stanza-event.ts';
import { delayed } from '../../stanza/delay.ts';
import { StanzaError } from '../../stanza/errors.ts';
import type { ArchiveEntry } from '../../storage/archive-store.ts';
import { LIMITS_OWN } from '../../xml/limits.ts';
import { parseStanza } from '../../xml/reader.ts';
import type { Stanza } from '../../xml/stanza.ts';
import { UserArchive } from '../mam/service.ts';
import { treatmentOf } from './protocol.ts';

/** Messages that are read and delivered in one go. */
const PAGE = 50;

export default defineModule({
  name: 'offline',
  summary: 'Keeps messages for accounts that nobody is logged in to',
  xeps: [
    { xep: 160, version: '1.0.1' },
    { xep: 203, version: '2.0', note: 'in offline messages' },
  ],
  scope: 'host',
  wants: [Auth, UserArchive],
  options: z.object({
    offline_max_messages: z.int().min(0).default(500).describe('Most messages that wait for one account'),
  }),

  setup(m) {
    const { options } = m;
    const messages = m.archive('offline');
    /** Sessions to which messages for the account may go (RFC 6121 §8.5.2.1). */
    const willing = m.sessionState<boolean>('willing', () => false);

    m.feature('msgoffline');

    m.on('stanza/undelivered', 'store', async (event) => {
      const treatment = treatmentOf(event.stanza);
      if (treatment === 'refuse' || !(await exists(event.user))) return;
      if (treatment === 'store') await store(event);
      event.take();
    });

    // Behind `presence`: messages that come from now on are delivered, so that none is stored after we have looked.
    m.on(
      'presence/broadcast',
      'observe',
      ({ session }) => {
        const before = willing.get(session);
        const now = session.presence !== undefined && session.priority >= 0;
        willing.set(session, now);
        if (!now || before || m.find(UserArchive)?.hasQueried(session) === true) return undefined;
        return m.exclusive(session.user, () => deliverAll(session)); // of two resources one gets them
      },
      { after: ['presence'] },
    );

    m.on('user/deleted', 'store', ({ user, unit }) => void messages.clear(unit, user));

    async function exists(user: string): Promise<boolean> {
      const auth = m.find(Auth);
      const at = user.lastIndexOf('@');
      return at > 0 && (auth === undefined || (await auth.exists(user.slice(0, at))));
    }

    async function store({ stanza, user, from, unit, archived }: StanzaEvent): Promise<void> {
      const { total } = await messages.find(user, { order: 'forward', max: 0, total: true });
      if ((total ?? 0) >= options.offline_max_messages) {
        if (archived?.id !== undefined) return; // it is not lost
        throw new StanzaError('service-unavailable', 'Too many messages wait for this account');
      }
      messages.append(unit, user, {
        when: m.now(),
        with: from.bare.key,
        resource: from.resource,
        stanza: stanza.wire(''),
      });
    }

    /** Oldest first. What was handed over is deleted; what was not, as the session ended, stays for the next one. */
    async function deliverAll(session: Session): Promise<void> {
      for (;;) {
        const { entries } = await messages.find(session.user, { order: 'forward', max: PAGE });
        const ids: string[] = [];
        for (const entry of entries) {
          const stanza = stanzaOf(entry, session.user);
          if (stanza !== undefined && !session.deliver(stanza)) break;
          ids.push(entry.id);
        }
        if (ids.length === 0) return;
        const unit = m.unit();
        messages.delete(unit, session.user, { ids });
        await unit.submit()?.settled();
      }
    }

    /** With our note of the delay; `undefined` if it is no XML, which no client could do anything with. */
    function stanzaOf({ id, stanza, when }: ArchiveEntry, user: string): Stanza | undefined {
      try {
        return delayed(parseStanza(Buffer.from(stanza, 'latin1'), LIMITS_OWN), when, m.domain, 'Offline storage');
      } catch (error) {
        m.log.error({ err: error, user, id }, 'an offline message cannot be read, dropped');
        return undefined;
      }
    }
  },
});
