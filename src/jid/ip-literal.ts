/** IP addresses in place of a domain name (RFC 7622 §3.2, RFC 3986 §3.2.2). */

/**
 * Whether the host is one that resolvers and URL parsers read as an IPv4 address or refuse: its last label is a number,
 * decimal or with `0x`. No top-level domain is (RFC 3696 §2). Expects lower case.
 */
export function endsInNumber(host: string): boolean {
  let i = host.lastIndexOf('.') + 1;
  if (i === host.length) return false;
  const hexadecimal = host.charCodeAt(i) === 0x30 && host.charCodeAt(i + 1) === 0x78;
  if (hexadecimal) i += 2;
  for (; i < host.length; i++) {
    const code = host.charCodeAt(i);
    const digit = code >= 0x30 && code <= 0x39;
    if (!digit && !(hexadecimal && code >= 0x61 && code <= 0x66)) return false;
  }
  return true;
}

/** Whether the host is an IPv4 address in its only canonical form: four decimal numbers without leading zeros. */
export function isIpv4(host: string): boolean {
  const numbers = host.split('.');
  return numbers.length === 4 && numbers.every((text) => text === String(Number(text)) && isOctet(Number(text)));
}

function isOctet(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 255;
}

/**
 * The canonical form (RFC 5952, all in hexadecimal) of an IPv6 address in brackets; `undefined` if it is none. Zone
 * identifiers and future versions of IP are refused.
 */
export function canonicalIpv6(host: string): string | undefined {
  if (host.length > '[0000:0000:0000:0000:0000:ffff:255.255.255.255]'.length) return undefined;
  if (!/^\[[0-9a-f:.]+\]$/i.test(host)) return undefined;
  return URL.parse(`http://${host}/`)?.hostname;
}
