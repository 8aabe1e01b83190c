/**
 * The ordered release queue of one sender.
 *
 * What the server acknowledges is on disk: an output that depends on a write leaves when the write's ticket is
 * committed, and whatever the same sender causes afterwards leaves behind it. So order is kept (RFC 6120 §10.1) and
 * nothing is told too early; see `PrefixCounter` for the `h` of XEP-0198 that goes with it.
 */
import type { Ticket, TicketListener } from '../storage/ticket.ts';
import { Ring } from '../util/ring.ts';

/** An output: a delivery, a reply, an acknowledgement. */
export interface Releasable {
  /**
   * Sends it. `failure` says that its own writes failed: then it tells the sender so, or does nothing. What is behind
   * it leaves when the promise, if one is returned, is settled.
   */
  release(failure: Error | undefined): void | Promise<void>;
}

interface Waiting {
  readonly ticket: Ticket | undefined;
  readonly output: Releasable;
  readonly bytes: number;
}

/**
 * Outputs in the order they were pushed. Each leaves when its ticket, and every ticket pushed before it, is settled.
 * With an empty queue and no ticket pending an output leaves at once and nothing is allocated.
 */
export class ReleaseQueue implements TicketListener {
  readonly #onDrained: (() => void) | undefined;
  readonly #report: (error: unknown) => void;
  readonly #waiting = new Ring<Waiting>();
  #bytes = 0;
  /** An output is leaving: what is pushed meanwhile, even by itself, comes behind it. */
  #releasing = false;

  /**
   * @param onDrained called each time nothing waits any more, after something did: paused input may go on
   * @param report is told what an output threw; the outputs behind it leave all the same. By default it is thrown again
   *   where nothing catches it.
   */
  constructor(onDrained?: () => void, report: (error: unknown) => void = throwUncaught) {
    this.#onDrained = onDrained;
    this.#report = report;
  }

  /** Outputs that wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Bytes of the outputs that wait, as told at `push`. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Adds an output behind all others.
   * @param ticket of the writes it depends on, if any
   * @param bytes about how much memory it holds while it waits
   */
  push(ticket: Ticket | undefined, output: Releasable, bytes = 0): void {
    if (this.#waiting.length === 0 && !this.#releasing && ticket?.state !== 'pending') {
      if (this.#release(output, ticket) && this.#waiting.length > 0) this.#advance();
      return;
    }
    this.#waiting.push({ ticket, output, bytes });
    this.#bytes += bytes;
    // The queue listens to the ticket in front only, and not while an output leaves: `#advance` comes after that.
    if (this.#waiting.length === 1 && !this.#releasing) ticket?.onSettled(this);
  }

  /** The ticket in front is settled; called by the ticket. */
  settled(): void {
    this.#advance();
  }

  /** Releases from the front, up to a ticket that is pending or an output that takes time. */
  #advance(): void {
    for (let next = this.#waiting.first; next !== undefined; next = this.#waiting.first) {
      if (next.ticket?.state === 'pending') return next.ticket.onSettled(this);
      this.#waiting.shift();
      this.#bytes -= next.bytes;
      if (!this.#release(next.output, next.ticket)) return;
    }
    this.#onDrained?.();
  }

  /** Releases one output and says whether that is done; if not, the queue goes on when it is. */
  #release(output: Releasable, ticket: Ticket | undefined): boolean {
    this.#releasing = true;
    let pending: void | Promise<void> = undefined;
    try {
      pending = output.release(ticket?.error);
    } catch (error) {
      this.#report(error);
    }
    if (pending !== undefined) {
      void pending.catch(this.#report).then(() => {
        this.#releasing = false;
        this.#advance();
      });
      return false;
    }
    this.#releasing = false;
    return true;
  }
}

function throwUncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
