/** Watches what one sender sends to one receiver: numbered from 0, each is to come once and in order. */

/** What became of messages. */
export interface FlowCounts {
  readonly sent: number;
  /** Different ones that came. */
  readonly received: number;
  /** Sent, and not come so far. */
  readonly lost: number;
  /** Came although they had come already. */
  readonly doubled: number;
  /** Came, for the first time, after one that was sent later. */
  readonly reordered: number;
  /** Came although nobody sent them to this receiver. */
  readonly strange: number;
}

/** The messages of one sender to one receiver. */
export class FlowCheck {
  #sent = 0;
  #received = 0;
  #doubled = 0;
  #reordered = 0;
  #strange = 0;
  /** All below came. */
  #next = 0;
  /** Those that came from `#next` on. */
  readonly #early = new Set<number>();

  /** The number of the next message, which is sent now. */
  send(): number {
    return this.#sent++;
  }

  /** Number `sequence` came. @returns whether it was sent, and came for the first time */
  receive(sequence: number): boolean {
    if (sequence >= this.#sent) {
      this.#strange++;
      return false;
    }
    if (sequence < this.#next || this.#early.has(sequence)) {
      this.#doubled++;
      return false;
    }
    this.#received++;
    if (sequence === this.#next) {
      if (this.#early.size > 0) this.#reordered++;
      this.#next++;
      while (this.#early.delete(this.#next)) this.#next++;
      return true;
    }
    if (this.#early.size > 0 && sequence < Math.max(...this.#early)) this.#reordered++;
    this.#early.add(sequence);
    return true;
  }

  /** A message of another sender came. */
  stray(): void {
    this.#strange++;
  }

  /** How many are under way. */
  get missing(): number {
    return this.#sent - this.#received;
  }

  /** What became of all so far. */
  counts(): FlowCounts {
    return {
      sent: this.#sent,
      received: this.#received,
      lost: this.missing,
      doubled: this.#doubled,
      reordered: this.#reordered,
      strange: this.#strange,
    };
  }
}

/** All flows together. */
export function sumOf(flows: readonly FlowCounts[]): FlowCounts {
  const sum = (of: (counts: FlowCounts) => number): number => flows.reduce((total, counts) => total + of(counts), 0);
  return {
    sent: sum(({ sent }) => sent),
    received: sum(({ received }) => received),
    lost: sum(({ lost }) => lost),
    doubled: sum(({ doubled }) => doubled),
    reordered: sum(({ reordered }) => reordered),
    strange: sum(({ strange }) => strange),
  };
}
