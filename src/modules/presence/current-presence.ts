/** Tells somebody outside the account what its resources' presence is now (RFC 6121 §3.1.5, §4.3.2). */
import type { Entry } from '../../cluster/backend.ts';
import type { Host } from '../../host/host.ts';
import { Jid } from '../../jid/jid.ts';
import { all, andThen } from '../../util/and-then.ts';
import type { Stanza } from '../../xml/stanza.ts';
import { isAvailable, plainPresence } from './protocol.ts';
import { QuietOrigin } from './quiet-origin.ts';

/** Sends an account's present presence. Whether somebody may have it is the caller's to decide. */
export class CurrentPresence {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** An order of sending of its own. */
  origin(): QuietOrigin {
    return new QuietOrigin(this.#host.log);
  }

  /**
   * The presence of all available resources; where there is none, that the account is unavailable.
   * @param origin orders it behind what was sent before
   */
  tell(user: string, to: string, origin = this.origin()): void {
    origin.inOrder(() =>
      andThen(this.#host.sessions.of(user), (entries) => {
        const available = entries.filter(isAvailable);
        if (available.length === 0) return this.#send(plainPresence(user, to, 'unavailable'), origin);
        return all(available, (entry) => this.#tellOf(entry, to, origin));
      }),
    );
  }

  /** That all resources are unavailable, as far as the one told can see (§3.2.2, §3.3.3). */
  withdraw(user: string, to: string, origin = this.origin()): void {
    origin.inOrder(() =>
      andThen(this.#host.sessions.of(user), (entries) =>
        all(entries.filter(isAvailable), ({ resource }) =>
          this.#send(plainPresence(`${user}/${resource}`, to, 'unavailable'), origin),
        ),
      ),
    );
  }

  /** Send presence of an account of this host, as the server does: without the phases of a sender. */
  send(stanza: Stanza, origin = this.origin()): void {
    origin.inOrder(() => this.#send(stanza, origin));
  }

  #tellOf(entry: Entry, to: string, origin: QuietOrigin): void | Promise<void> {
    return andThen(this.#host.sessions.presence(entry), (presence) => {
      if (presence !== undefined) return this.#send(presence.with({ to }), origin);
    });
  }

  #send(stanza: Stanza, origin: QuietOrigin): void | Promise<void> {
    const from = stanza.from === undefined ? undefined : Jid.parse(stanza.from);
    if (from !== undefined) return this.#host.server.router.send(origin, this.#host, from, stanza);
  }
}
