/** Sends presence between the resources of one account, which see each other always (RFC 6121 §4.2.2, §4.4.2). */
import { SessionFlag, type Entry } from '../../cluster/backend.ts';
import type { Host } from '../../host/host.ts';
import type { Session } from '../../host/session.ts';
import type { Stanza } from '../../xml/stanza.ts';

/** Presence within an account. */
export class Broadcaster {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** To all available resources of the account, the one it comes from included. */
  toOwnResources(session: Session, stanza: Stanza): void | Promise<void> {
    const found = this.#host.sessions.of(session.user);
    return found instanceof Promise
      ? found.then((entries) => this.#send(session, stanza, entries))
      : this.#send(session, stanza, found);
  }

  /** A resource that has just become available gets the presence of the others. */
  fromOwnResources(session: Session): void | Promise<void> {
    const found = this.#host.sessions.of(session.user);
    const answer = (entries: readonly Entry[]): void => {
      for (const entry of entries) {
        if (entry.sid === session.sid) continue;
        const presence = this.#host.sessions.get(entry.sid)?.presence;
        if (presence !== undefined) session.deliver(presence.with({ to: session.jid.toString() }));
      }
    };
    return found instanceof Promise ? found.then(answer) : answer(found);
  }

  #send(session: Session, stanza: Stanza, entries: readonly Entry[]): void | Promise<void> {
    let remote: Promise<boolean>[] | undefined;
    for (const entry of entries) {
      if ((entry.flags & SessionFlag.available) === 0) continue;
      const to = `${session.user}/${entry.resource}`;
      const outcome = this.#host.deliver(entry, stanza.with({ to }));
      if (outcome instanceof Promise) (remote ??= []).push(outcome);
    }
    return remote === undefined ? undefined : Promise.all(remote).then(() => undefined);
  }
}
