/** Who owns what, in one process. */
import type { Claim, NodeId } from '../backend.ts';
import { SweepSchedule } from './sweep-schedule.ts';

interface Held {
  readonly owner: NodeId;
  readonly epoch: number;
  /** Time at which it lapses. */
  readonly until: number;
}

/** Claims by name. Times are milliseconds of any monotonic clock. */
export class Claims {
  readonly #held = new Map<string, Held>();
  readonly #sweep = new SweepSchedule();
  /** One counter for all names: it rises for each of them, and a released name needs no memory. */
  #epoch = 0;

  /** Number of claims kept, lapsed ones included until they are swept. */
  get size(): number {
    return this.#held.size;
  }

  /** See `ClusterBackend.claim`. */
  claim(node: NodeId, what: string, ttlMs: number, now: number): Claim {
    const old = this.#held.get(what);
    const live = old !== undefined && old.until > now ? old : undefined;
    if (live !== undefined && live.owner !== node) return { owner: live.owner, mine: false, epoch: live.epoch };
    const epoch = live?.epoch ?? ++this.#epoch;
    this.#held.set(what, { owner: node, epoch, until: now + ttlMs });
    if (this.#sweep.wrote()) this.#forgetLapsed(now);
    return { owner: node, mine: true, epoch };
  }

  /** See `ClusterBackend.release`. */
  release(node: NodeId, what: string, epoch: number, now: number): boolean {
    const held = this.#held.get(what);
    if (held === undefined || held.owner !== node || held.epoch !== epoch) return false;
    this.#held.delete(what);
    return held.until > now;
  }

  /** Void all claims of a node. */
  evict(node: NodeId): void {
    for (const [what, held] of this.#held) if (held.owner === node) this.#held.delete(what);
  }

  #forgetLapsed(now: number): void {
    for (const [what, held] of this.#held) if (held.until <= now) this.#held.delete(what);
    this.#sweep.swept(this.#held.size);
  }
}
