/**
 * Presence (RFC 6121 §4): available and unavailable to the account's own resources and to whom it was directed.
 */
import { z } from 'zod';
import { SessionFlag } from '../../cluster/backend.ts';
import { defineModule } from '../../host/module.ts';
import type { Session } from '../../host/session.ts';
import type { SessionState } from '../../host/session-state.ts';
import { el } from '../../xml/element.ts';
import { NS_CLIENT } from '../../xml/namespaces.ts';
import { Stanza } from '../../xml/stanza.ts';
import { presencePriority, presenceType } from '../../stanza/presence.ts';
import { Broadcaster } from './broadcaster.ts';
import { directedChange, presenceTargets } from './protocol.ts';

/** Addresses to which one session may have sent directed presence at a time; the oldest is forgotten. */
const MAX_DIRECTED = 1000;

export default defineModule({
  name: 'presence',
  summary: 'Available, unavailable and directed presence',
  xeps: [],
  scope: 'host',
  options: z.object({
    ignore_presence_priority: z.boolean().default(false).describe('Treat every presence as if it had priority 0'),
  }),

  setup(m) {
    const directed = m.sessionState<Set<string>>('directed', () => new Set());
    const broadcaster = new Broadcaster(m.host);

    m.delivers('presence', (event, entries) => presenceTargets(event, entries));

    m.on('stanza/outgoing', 'observe', (event) => {
      if (event.kind !== 'presence' || event.session === undefined || event.to === undefined) return;
      note(directed, event.session, event.to.key, directedChange(event.stanza));
    });

    m.on('presence/broadcast', 'observe', ({ session, stanza }) => {
      const type = presenceType(stanza);
      if (type === 'unavailable') return becomeUnavailable(session, stanza);
      if (type !== 'available') return; // RFC 6121 §4.3.2, §3: the others need an address
      const priority = m.options.ignore_presence_priority ? 0 : presencePriority(stanza);
      const initial = session.presence === undefined;
      session.presence = stanza;
      return after(m.host.sessions.flag(session, SessionFlag.available, true, priority), () =>
        after(broadcaster.toOwnResources(session, stanza), () => {
          if (initial) return broadcaster.fromOwnResources(session);
        }),
      );
    });

    m.on('session/closed', 'observe', ({ session }) => {
      if (session.presence === undefined && directed.get(session).size === 0) return;
      const stanza = Stanza.of(el('presence', NS_CLIENT, { from: session.jid.toString(), type: 'unavailable' }));
      return becomeUnavailable(session, stanza);
    });

    function becomeUnavailable(session: Session, stanza: Stanza): void | Promise<void> {
      session.presence = undefined;
      const told = directed.get(session);
      directed.set(session, new Set());
      return after(m.host.sessions.flag(session, SessionFlag.available, false, 0), () => {
        for (const to of told) m.send(stanza.with({ to })); // RFC 6121 §4.6.3
        return broadcaster.toOwnResources(session, stanza);
      });
    }
  },
});

/** Go on at once where nothing has to be waited for. */
function after<T>(pending: T | Promise<T>, then: () => void | Promise<void>): void | Promise<void> {
  return pending instanceof Promise ? pending.then(then) : then();
}

function note(
  directed: SessionState<Set<string>>,
  session: Session,
  address: string,
  change: 'add' | 'delete' | undefined,
): void {
  if (change === undefined) return;
  const addresses = directed.get(session);
  addresses.delete(address);
  if (change === 'add') {
    addresses.add(address);
    const [oldest] = addresses;
    if (addresses.size > MAX_DIRECTED && oldest !== undefined) addresses.delete(oldest);
  }
  directed.set(session, addresses);
}
