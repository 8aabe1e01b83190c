/** Counts connections by the network they come from. */
import { networkOf } from '../util/client-network.ts';

/** Limits how many connections one IPv4 address or IPv6 /64 may have. Holds no more entries than there are connections. */
export class AddressLimit {
  #max: number;
  readonly #counts = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Allow so many from now on. */
  set max(max: number) {
    this.#max = max;
  }

  /** Count one more; false if it is one too many. Loopback addresses are not counted. */
  take(address: string): boolean {
    const network = networkOf(address);
    if (network === undefined) return true;
    const count = this.#counts.get(network) ?? 0;
    if (count >= this.#max) return false;
    this.#counts.set(network, count + 1);
    return true;
  }

  /** Give back what `take` counted. */
  release(address: string): void {
    const network = networkOf(address);
    if (network === undefined) return;
    const count = this.#counts.get(network) ?? 0;
    if (count > 1) this.#counts.set(network, count - 1);
    else this.#counts.delete(network);
  }

  /** Networks that have connections. */
  get size(): number {
    return this.#counts.size;
  }
}
