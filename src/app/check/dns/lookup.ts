/** Asks the domain name system. Files of this machine, such as /etc/hosts, are not looked at: others do not see them. */
import { Resolver } from 'node:dns/promises';
import { domainToASCII } from 'node:url';

/** Milliseconds for the first answer; the second attempt gets twice as long. */
const TIMEOUT = 1500;
const TRIES = 2;

/** Where a service is (RFC 2782). */
export interface SrvRecord {
  /** Host that has it; empty for "not at all". */
  readonly name: string;
  readonly port: number;
}

/** Addresses of a host. */
export interface Addresses {
  readonly v4: readonly string[];
  readonly v6: readonly string[];
}

/** What can be asked. Nothing there is an empty answer. @throws Error there is no answer at all */
export interface Lookup {
  srv(name: string): Promise<readonly SrvRecord[]>;
  addresses(name: string): Promise<Addresses>;
  /** The name that this one stands for (CNAME). */
  alias(name: string): Promise<string | undefined>;
  /** How many TLSA records there are (RFC 6698). */
  tlsa(name: string): Promise<number>;
}

/**
 * Ask the resolvers of this machine, or others.
 * @param servers `address:port`
 * @param timeout milliseconds for the first answer
 */
export function dnsLookup(servers?: readonly string[], timeout = TIMEOUT): Lookup {
  const resolver = new Resolver({ timeout, tries: TRIES });
  if (servers !== undefined) resolver.setServers(servers);
  return {
    srv: async (name) => {
      const records = await answer(resolver.resolveSrv(ascii(name)));
      const ordered = records.toSorted((a, b) => a.priority - b.priority || b.weight - a.weight);
      return ordered.map(({ name: target, port }) => ({ name: target, port }));
    },
    addresses: async (name) => {
      const host = ascii(name);
      const [v4, v6] = await Promise.all([answer(resolver.resolve4(host)), answer(resolver.resolve6(host))]);
      return { v4, v6 };
    },
    alias: async (name) => (await answer(resolver.resolveCname(ascii(name))))[0],
    tlsa: async (name) => (await answer(resolver.resolveTlsa(ascii(name)))).length,
  };
}

/** The records; none where the name or the type is not there. */
async function answer<T>(asked: Promise<T[]>): Promise<T[]> {
  try {
    return await asked;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOTFOUND' || code === 'ENODATA') return [];
    throw error;
  }
}

function ascii(name: string): string {
  return name
    .split('.')
    .map((label) => (label.startsWith('_') ? label : domainToASCII(label) || label))
    .join('.');
}
