/**
 * Tickets: how the outcome of a write is told.
 *
 * A write is synchronous for its caller; what depends on it being on disk (an answer, a delivery, an acknowledgement)
 * waits for its ticket, usually in a release queue.
 */

/** Who wants to know. An object with a method, so that waiting for a write needs no closure. */
export interface TicketListener {
  /** Called once, synchronously, when the ticket's writes are committed or have failed. */
  settled(ticket: Ticket): void;
}

/** The outcome of the writes of one unit. */
export class Ticket {
  #state: 'pending' | 'committed' | 'failed' = 'pending';
  #error: Error | undefined;
  #listeners: TicketListener | TicketListener[] | undefined;

  /** `pending` until the writes are durable (`committed`), or certain not to be applied (`failed`). */
  get state(): 'pending' | 'committed' | 'failed' {
    return this.#state;
  }

  /** Why the writes failed; exactly what an update function threw, if one did. */
  get error(): Error | undefined {
    return this.#error;
  }

  /**
   * Calls the listener at the moment of settling: units settle in the order they were submitted, listeners of one
   * ticket in the order they were added. A ticket that is settled already calls at once.
   */
  onSettled(listener: TicketListener): void {
    if (this.#state !== 'pending') listener.settled(this);
    else if (this.#listeners === undefined) this.#listeners = listener;
    else if (Array.isArray(this.#listeners)) this.#listeners.push(listener);
    else this.#listeners = [this.#listeners, listener];
  }

  /** Resolves when committed, rejects with `error` when failed. For operations and tests: handlers do not wait. */
  settled(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.onSettled({ settled: (ticket) => (ticket.error === undefined ? resolve() : reject(ticket.error)) });
    });
  }

  /**
   * Settles the ticket. Called by whoever issued it, exactly once.
   * @throws AggregateError after all listeners were called, with what some of them threw
   */
  settle(error?: Error): void {
    if (this.#state !== 'pending') throw new Error('ticket is settled already');
    this.#state = error === undefined ? 'committed' : 'failed';
    this.#error = error;
    const listeners = this.#listeners;
    this.#listeners = undefined;
    if (listeners === undefined) return;
    const faults: unknown[] = [];
    for (const listener of Array.isArray(listeners) ? listeners : [listeners]) {
      try {
        listener.settled(this);
      } catch (fault) {
        faults.push(fault);
      }
    }
    if (faults.length > 0) throw new AggregateError(faults, 'listeners of a ticket failed');
  }
}
