/** Who was asked for an acknowledgement and does not answer (XEP-0198 v1.6.3 §4). */
import type { Session } from '../../host/session.ts';

/** How often within the time that a client has it is looked at. */
export const CHECKS = 10;

/** What is noted of a client that was asked. */
export interface Asked {
  readonly session: Session;
  /** Number of the check before which it was asked. */
  check: number;
  /** Stanzas received from it by then. */
  heard: number;
}

/**
 * Clients that were asked, longest ago first. Time is counted in checks: neither a clock that is set nor a server that
 * was busy for long makes a client late.
 */
export class Overdue<T extends Asked> {
  #checks = 0;
  readonly #asked = new Set<T>();

  /** Clients that have yet to answer. */
  get size(): number {
    return this.#asked.size;
  }

  /** A client is asked, or begins to be waited for anew. */
  add(client: T): void {
    client.check = this.#checks;
    client.heard = client.session.handled.begun;
    this.#asked.delete(client);
    this.#asked.add(client);
  }

  /** It answered, or is gone. */
  delete(client: T): void {
    this.#asked.delete(client);
  }

  /** Takes out those from which nothing at all came for `CHECKS` checks; one that sends stanzas is there, if slow. */
  check(): T[] {
    this.#checks++;
    const late: T[] = [];
    for (const client of this.#asked) {
      if (this.#checks - client.check <= CHECKS) break;
      if (client.session.handled.begun !== client.heard) this.add(client);
      else {
        this.#asked.delete(client);
        late.push(client);
      }
    }
    return late;
  }
}
