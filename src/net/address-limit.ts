/** Counts connections by the network they come from. */
import { BlockList, isIPv6 } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Limits how many connections one IPv4 address or IPv6 /64 may have. Holds no more entries than there are connections. */
export class AddressLimit {
  readonly #max: number;
  readonly #counts = new Map<string, number>();

  constructor(max: number) {
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

/** What an address counts for; `undefined` for loopback. */
function networkOf(address: string): string | undefined {
  if (address.startsWith('::ffff:') && address.includes('.')) return networkOf(address.slice(7)); // IPv4, seen from IPv6
  if (isIPv6(address)) return LOOPBACK.check(address, 'ipv6') ? undefined : prefix64(address);
  return LOOPBACK.check(address, 'ipv4') ? undefined : address;
}

/** The first 64 bits of an IPv6 address. */
function prefix64(address: string): string {
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const rest = tail === '' ? [] : tail.split(':');
    while (groups.length + rest.length < 8) groups.push('0');
    groups.push(...rest);
  }
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
