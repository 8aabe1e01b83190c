/** Which network a client comes from, where what it does is counted. */
import { BlockList, isIPv6 } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** What an IP address counts for: itself for IPv4, the /64 for IPv6; `undefined` for loopback, which counts for nothing. */
export function networkOf(address: string): string | undefined {
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
