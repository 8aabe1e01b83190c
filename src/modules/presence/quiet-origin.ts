/** A sender whom nobody answers: the server itself, on behalf of an account (RFC 6121 §4). */
import type { Origin } from '../../host/origin.ts';
import { ReleaseQueue } from '../../host/release-queue.ts';
import type { Session } from '../../host/session.ts';
import type { Log } from '../../logging/log.ts';

/**
 * Presence that the server sends for a session or an account. Each errand has a queue of its own, so that it waits for
 * nobody else's; errors that come back are dropped, since no client sent what they answer.
 */
export class QuietOrigin implements Origin {
  readonly session: Session | undefined;
  readonly release: ReleaseQueue;
  readonly #log: Log;
  /** What was sent last, while its way takes time. */
  #last: Promise<void> | undefined;

  /** @param session whose presence it is; `undefined` where it is the account's */
  constructor(log: Log, session?: Session) {
    this.#log = log;
    this.session = session;
    this.release = new ReleaseQueue(undefined, this.#failed);
  }

  /** Do something, behind what was done before; nobody waits for it. */
  inOrder(work: () => void | Promise<void>): void {
    const pending = this.#last === undefined ? work() : this.#last.then(work);
    if (pending === undefined) return;
    const last = pending.catch(this.#failed).finally(() => {
      if (this.#last === last) this.#last = undefined;
    });
    this.#last = last;
  }

  reply(): void {
    // Nobody is interested.
  }

  finished(): void {
    // Nobody counts it.
  }

  readonly #failed = (error: unknown): void => this.#log.error({ err: error }, 'sending presence failed');
}
