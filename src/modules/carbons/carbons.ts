/** Message Carbons (XEP-0280 v1.0.1): every resource that wants to sees both sides of all conversations. */
import { z } from 'zod';
import { SessionFlag, type Entry } from '../../cluster/backend.ts';
import { defineModule } from '../../host/module.ts';
import type { IqRequest } from '../../host/iq-table.ts';
import type { StanzaEvent } from '../../host/stanza-event.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { andThen } from '../../util/and-then.ts';
import type { Stanza } from '../../xml/stanza.ts';
import { carbonCopy, isEligible, NS_CARBONS } from './protocol.ts';

/** Announces that the rules of §6.1 are followed to the letter (§6.2). */
const NS_RULES = 'urn:xmpp:carbons:rules:0';

export default defineModule({
  name: 'carbons',
  summary: 'Copies messages to all resources of an account that ask for it',
  xeps: [{ xep: 280, version: '1.0.1' }],
  scope: 'host',
  options: z.object({}),

  setup(m) {
    const { host } = m;
    m.feature(NS_CARBONS);
    m.feature(NS_RULES);
    m.iq('set', NS_CARBONS, 'enable', (request) => turn(request, true), { to: 'self' });
    m.iq('set', NS_CARBONS, 'disable', (request) => turn(request, false), { to: 'self' });

    m.on('stanza/sent', 'copy', (event) => {
      if (event.kind !== 'message' || event.session === undefined) return;
      if (event.to === undefined || event.to.bare.key === event.user) return; // its resources will have received it
      const found = host.sessions.of(event.user);
      if (found instanceof Promise) return found.then((entries) => copySent(event, entries));
      return found.some(wantsCopy) ? copySent(event, found) : undefined;
    });

    m.on('stanza/delivered', 'copy', ({ event, targets }) => {
      if (event.kind !== 'message') return;
      const found = host.sessions.of(event.user);
      if (found instanceof Promise) return found.then((entries) => copyReceived(event, targets, entries));
      return found.some(wantsCopy) ? copyReceived(event, targets, found) : undefined;
    });

    function copySent(event: StanzaEvent, entries: readonly Entry[]): void {
      const others = entries.filter((entry) => wantsCopy(entry) && entry.sid !== event.session?.sid);
      if (others.length > 0 && isEligible(event, 'sent')) {
        copy(carbonCopy(event.identified(), 'sent', event.user), others);
      }
    }

    function copyReceived(event: StanzaEvent, targets: readonly Entry[], entries: readonly Entry[]): void {
      const others = entries.filter(
        (entry) =>
          wantsCopy(entry) && entry.sid !== event.session?.sid && !targets.some((target) => target.sid === entry.sid),
      );
      if (others.length > 0 && isEligible(event, 'received')) {
        copy(carbonCopy(event.stanza, 'received', event.user), others);
      }
    }

    function turn({ session }: IqRequest, on: boolean): undefined | Promise<undefined> {
      if (session?.host !== host) throw new StanzaError('not-allowed'); // §4, §5
      return andThen(host.sessions.flag(session, SessionFlag.carbons, on), () => undefined);
    }

    function copy(carbon: Stanza, others: readonly Entry[]): void {
      for (const entry of others)
        void host.deliver(entry, carbon.with({ to: `${carbon.from ?? ''}/${entry.resource}` }));
    }
  },
});

function wantsCopy(entry: Entry): boolean {
  return (entry.flags & SessionFlag.carbons) !== 0;
}
