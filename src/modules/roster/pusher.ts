/** Brings stanzas to the interested resources of an account (RFC 6121 §2.1.6), on all nodes, in the order given. */
import { SessionFlag, type Entry } from '../../cluster/backend.ts';
import type { Host } from '../../host/host.ts';
import type { SessionState } from '../../host/session-state.ts';
import type { Session } from '../../host/session.ts';
import type { Stanza } from '../../xml/stanza.ts';

/** What waits for the answers to a session's roster gets: what these read may be older than a push. */
export interface Held {
  /** Gets without an answer yet. */
  readonly gets: number;
  readonly stanzas: Stanza[];
}

/** Sends roster pushes and what belongs before them. */
export class Pusher {
  readonly #host: Host;
  readonly #held: SessionState<Held | undefined>;
  /** Last thing under way for an account, where looking up its sessions takes time. */
  readonly #tails = new Map<string, Promise<void>>();

  constructor(host: Host, held: SessionState<Held | undefined>) {
    this.#host = host;
    this.#held = held;
  }

  /** Send to all interested resources of the account, behind what was given for it before. */
  send(user: string, stanzas: readonly Stanza[]): void {
    const before = this.#tails.get(user);
    const found = before === undefined ? this.#host.sessions.of(user) : before.then(() => this.#host.sessions.of(user));
    if (!(found instanceof Promise)) return this.#deliver(user, found, stanzas);
    const tail = found
      .then((entries) => this.#deliver(user, entries, stanzas))
      .catch((error: unknown) => this.#host.log.error({ err: error, user }, 'roster push failed'))
      .finally(() => {
        if (this.#tails.get(user) === tail) this.#tails.delete(user);
      });
    this.#tails.set(user, tail);
  }

  /** Keep back what is for this session until `release` is called as often. */
  hold(session: Session): void {
    const held = this.#held.get(session);
    this.#held.set(session, { gets: (held?.gets ?? 0) + 1, stanzas: held?.stanzas ?? [] });
  }

  /** Hand over what was kept back, behind everything that the session's own requests have led to by now. */
  release(session: Session): void {
    session.release.push(undefined, {
      release: () => {
        const held = this.#held.get(session);
        if (held === undefined) return;
        if (held.gets > 1) return this.#held.set(session, { ...held, gets: held.gets - 1 });
        this.#held.set(session, undefined);
        for (const stanza of held.stanzas) session.deliver(stanza);
      },
    });
  }

  #deliver(user: string, entries: readonly Entry[], stanzas: readonly Stanza[]): void {
    for (const entry of entries) {
      if ((entry.flags & SessionFlag.interested) === 0) continue;
      const session = this.#host.sessions.get(entry.sid);
      const held = session && this.#held.get(session);
      for (const stanza of stanzas) {
        // A stanza that came for the account keeps its address (RFC 6121 §8.5.2).
        const addressed = stanza.to === undefined ? stanza.with({ to: `${user}/${entry.resource}` }) : stanza;
        if (held !== undefined) held.stanzas.push(addressed);
        else void this.#host.deliver(entry, addressed); // a session that is gone reads the roster when it comes back
      }
    }
  }
}
