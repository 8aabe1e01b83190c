/** Bounds how often accounts are made from one network. */
import { networkOf } from '../../util/client-network.ts';

/** Networks remembered at a time; while they are so many, no other one gets through. */
const MAX_NETWORKS = 10_000;

interface Window {
  /** Milliseconds. */
  readonly end: number;
  count: number;
}

/** Lets so many attempts pass from one IPv4 address or IPv6 /64 in a period; loopback is not counted. */
export class Throttle {
  readonly #max: number;
  readonly #period: number;
  readonly #now: () => number;
  /** Oldest first. */
  readonly #windows = new Map<string, Window>();

  /**
   * @param period in milliseconds, from the first attempt on
   * @param now in milliseconds
   */
  constructor(max: number, period: number, now: () => number) {
    this.#max = max;
    this.#period = period;
    this.#now = now;
  }

  /** Count an attempt; false if it is one too many. */
  take(address: string): boolean {
    const network = networkOf(address);
    if (network === undefined) return true;
    const now = this.#now();
    this.#forget(now);
    const window = this.#windows.get(network);
    if (window !== undefined) return ++window.count <= this.#max;
    if (this.#windows.size >= MAX_NETWORKS) return false;
    this.#windows.set(network, { end: now + this.#period, count: 1 });
    return true;
  }

  #forget(now: number): void {
    for (const [network, { end }] of this.#windows) {
      if (end > now) return;
      this.#windows.delete(network);
    }
  }
}
