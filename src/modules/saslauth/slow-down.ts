/** Makes guessing passwords slow, and shuts nobody out (XEP-0205 v1.0 §3). */
import { BlockList, isIP } from 'node:net';
import type { SaslCondition } from '../../stanza/sasl-failure.ts';
import { networkOf } from '../../util/client-network.ts';
import { LeakyLevels } from './leaky-levels.ts';

const SECOND = 1000;

/** What tells a guesser something. Mistakes in the protocol, and exchanges that were given up, do not. */
const GUESSES: ReadonlySet<SaslCondition> = new Set(['account-disabled', 'credentials-expired', 'not-authorized']);

/** How many failures are without consequences; periods in seconds. */
export interface SlowDownLimits {
  readonly address: { readonly max: number; readonly period: number };
  readonly account: { readonly max: number; readonly period: number };
  /** Longest delay in seconds. */
  readonly delay: number;
  /** IP addresses and networks whose failures count for the accounts only. */
  readonly exempt: readonly string[];
}

/** Knows who failed to log in of late. */
export class SlowDown {
  readonly #addresses: LeakyLevels;
  readonly #accounts: LeakyLevels;
  readonly #delay: number;
  readonly #exempt: BlockList;

  /** @param now in milliseconds */
  constructor({ address, account, delay, exempt }: SlowDownLimits, now: () => number) {
    this.#addresses = new LeakyLevels(address.max, address.period * SECOND, delay, now);
    this.#accounts = new LeakyLevels(account.max, account.period * SECOND, delay, now);
    this.#delay = delay;
    this.#exempt = blockList(exempt);
  }

  /** An attempt from that address failed; `username` is the account it was for, if it got as far as that. */
  failed(address: string, condition: SaslCondition, username: string | undefined): void {
    if (!GUESSES.has(condition)) return;
    const network = this.#network(address);
    if (network !== undefined) this.#addresses.rise(network);
    if (username !== undefined) this.#accounts.rise(username);
  }

  /** Milliseconds that the next attempt from that address has to wait. */
  before(address: string): number {
    const network = this.#network(address);
    return network === undefined ? 0 : this.#wait(this.#addresses.excess(network));
  }

  /** Milliseconds that the answer to an attempt that failed has to wait. The owner of the account succeeds, and does not. */
  after(username: string | undefined): number {
    return username === undefined ? 0 : this.#wait(this.#accounts.excess(username));
  }

  /** Whole seconds, one at least. */
  #wait(excess: number): number {
    return Math.min(Math.ceil(excess), this.#delay) * SECOND;
  }

  #network(address: string): string | undefined {
    const plain = address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
    const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4';
    return this.#exempt.check(plain, family) ? undefined : (networkOf(plain) ?? plain);
  }
}

/** Is that an IP address, or a network as `address/bits`? */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}
