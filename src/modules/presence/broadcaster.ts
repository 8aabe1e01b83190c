/** Sends a session's presence to the account's resources and to its contacts (RFC 6121 §4.2, §4.4, §4.5). */
import type { Entry } from '../../cluster/backend.ts';
import type { Host } from '../../host/host.ts';
import type { Session } from '../../host/session.ts';
import { LIMITS_OWN } from '../../xml/limits.ts';
import { parseStanza } from '../../xml/reader.ts';
import type { Stanza } from '../../xml/stanza.ts';
import { all, andThen } from '../../util/and-then.ts';
import { isSeen, sees, type RosterItems } from '../roster/service.ts';
import { isAvailable, plainPresence } from './protocol.ts';
import { QuietOrigin } from './quiet-origin.ts';

/** Presence of one session, to those who may have it. */
export class Broadcaster {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** To all available resources of the account, and back to the one it comes from even if it is no longer available. */
  toOwnResources(session: Session, stanza: Stanza): void | Promise<void> {
    return andThen(this.#host.sessions.of(session.user), (entries) => this.#toEntries(session, stanza, entries));
  }

  /** To all contacts that are subscribed. */
  toContacts(session: Session, stanza: Stanza, items: RosterItems): void | Promise<void> {
    const contacts: string[] = [];
    for (const [contact, item] of items) if (sees(item)) contacts.push(contact);
    return this.toAddresses(session, stanza, contacts);
  }

  /** To those addresses, as if the session had sent it to each of them. */
  toAddresses(session: Session, stanza: Stanza, addresses: readonly string[]): void | Promise<void> {
    if (addresses.length === 0) return;
    const origin = this.#origin(session);
    return all(addresses, (to) => this.#send(origin, session, stanza.with({ to })));
  }

  /** A resource that has just become available gets the presence of the others (§4.2.2). */
  fromOwnResources(session: Session): void {
    const full = session.jid.toString();
    this.#origin(session).inOrder(() =>
      andThen(this.#host.sessions.of(session.user), (entries) =>
        all(entries, (entry) => {
          if (entry.sid === session.sid) return;
          return andThen(this.#host.sessions.presence(entry), (presence) => {
            if (presence !== undefined) session.deliver(presence.with({ to: full }));
          });
        }),
      ),
    );
  }

  /** It asks for the presence of those it is subscribed to (§4.3.1), and again for subscriptions nobody answered. */
  probe(session: Session, items: RosterItems): void {
    const full = session.jid.toString();
    for (const [contact, item] of items) {
      const type = isSeen(item) ? 'probe' : item.ask ? 'subscribe' : undefined;
      if (type === undefined) continue;
      const origin = this.#origin(session);
      origin.inOrder(() => this.#send(origin, session, plainPresence(full, contact, type)));
    }
  }

  /** It gets the subscription requests that wait for an answer (§3.1.3). */
  remind(session: Session, items: RosterItems): void {
    for (const [contact, { request }] of items) {
      if (request === undefined) continue;
      session.deliver(
        request === ''
          ? plainPresence(contact, session.user, 'subscribe')
          : parseStanza(Buffer.from(request), LIMITS_OWN),
      );
    }
  }

  #origin(session: Session): QuietOrigin {
    return new QuietOrigin(this.#host.log, session);
  }

  #send(origin: QuietOrigin, session: Session, stanza: Stanza): void | Promise<void> {
    return this.#host.server.router.receive(origin, this.#host, session.jid, stanza, -1);
  }

  #toEntries(session: Session, stanza: Stanza, entries: readonly Entry[]): void | Promise<void> {
    return all(entries, (entry) => {
      if (!isAvailable(entry) && entry.sid !== session.sid) return undefined;
      const outcome = this.#host.deliver(entry, stanza.with({ to: `${session.user}/${entry.resource}` }));
      return outcome instanceof Promise ? outcome : undefined;
    });
  }
}
