/** `check dns`: do the records of the hosts lead to the ports of this server (RFC 6120 §3.2, XEP-0368 v1.1.0)? */
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { userHosts, type Check, type Subject } from '../check.ts';
import { finder, type Catalogue, type Finding } from '../finding.ts';
import { clientPorts } from '../module-options.ts';
import { isLocalName } from './local-name.ts';
import type { Addresses, Lookup, SrvRecord } from './lookup.ts';

const DNS = {
  'dns-local': ['info', 'A name is known to no domain name system: it is for this machine, a home or tests.', ''],
  'dns-silent': ['advice', 'The resolver does not answer.', 'Check /etc/resolv.conf, and run the check again.'],
  'dns-no-address': ['error', 'Clients are sent to a name that has no address.', 'Publish A and AAAA records for it.'],
  'dns-no-srv': [
    'info',
    'There is no SRV record for clients: they use port 5222 of the domain itself, which is right where the server is there.',
    '',
  ],
  'dns-srv-needed': [
    'error',
    'There is no SRV record for clients, and this server does not use port 5222, to which they then go.',
    'Publish _xmpp-client._tcp, or use port 5222.',
  ],
  'dns-srv-off': ['info', 'An SRV record says that there is no such service.', 'Remove it, unless that is meant.'],
  'dns-srv-port': [
    'error',
    'An SRV record names a port on which this server does not listen.',
    'Correct the record, or c2s_ports and c2s_direct_tls_ports; a port that is forwarded is right as it is.',
  ],
  'dns-srv-address': ['error', 'An SRV record leads to an address instead of a name.', 'Name a host in it (RFC 2782).'],
  'dns-srv-alias': ['advice', 'An SRV record leads to an alias.', 'Name the host itself in it (RFC 2782).'],
  'dns-no-direct-tls': [
    'advice',
    'This server takes direct TLS, and no SRV record tells clients.',
    'Publish _xmpps-client._tcp (XEP-0368).',
  ],
  'dns-no-ipv6': ['info', 'Clients find no IPv6 address.', 'Publish an AAAA record where the machine has IPv6.'],
  'dns-elsewhere': [
    'info',
    'No address of the records belongs to this machine. That is usual in containers and behind address translation.',
    'Check that ports are forwarded here.',
  ],
  'dns-tlsa': ['info', 'TLSA records are published; they have to change with the certificate.', ''],
  'dns-component': ['info', 'A component has no address. Only services of other servers and over HTTP need one.', ''],
  'dns-s2s-not-built': [
    'info',
    'Records for other servers (_xmpp-server) are not checked: Couplet does not talk to other servers yet.',
    '',
  ],
} as const satisfies Catalogue;

const find = finder('dns', DNS);

/** What the domain name system says of a host. */
export interface HostRecords {
  readonly domain: string;
  readonly ports: { readonly plain: readonly number[]; readonly direct: readonly number[] };
  readonly client: readonly SrvRecord[];
  readonly directClient: readonly SrvRecord[];
  readonly addresses: ReadonlyMap<string, Addresses>;
  readonly aliases: ReadonlyMap<string, string>;
  /** Names with TLSA records. */
  readonly tlsa: readonly string[];
}

export const dnsCheck: Check = {
  name: 'dns',
  summary: 'SRV and address records of hosts and components',
  catalogue: DNS,
  run: async (subject) => {
    const own = ownAddresses();
    const found = await Promise.all(userHosts(subject).map((host) => lookUp(subject, host, own)));
    const components = subject.settings.hosts.filter(({ kind }) => kind === 'component');
    const others = await Promise.all(components.map(({ domain }) => component(subject.lookup, domain)));
    return [...found.flat(), ...others.flat(), find('dns-s2s-not-built', 'Records for other servers are not checked.')];
  },
};

async function lookUp(
  { lookup }: Subject,
  host: ReturnType<typeof userHosts>[number],
  own: readonly string[],
): Promise<Finding[]> {
  const { domain } = host;
  if (isLocalName(domain)) return [find('dns-local', `${domain} is a local name.`)];
  try {
    return dnsFindings(await recordsOf(lookup, domain, await clientPorts(host)), own);
  } catch (error) {
    return [find('dns-silent', `${domain}: ${error instanceof Error ? error.message : String(error)}.`)];
  }
}

async function recordsOf(lookup: Lookup, domain: string, ports: HostRecords['ports']): Promise<HostRecords> {
  const [client, directClient] = await Promise.all([
    lookup.srv(`_xmpp-client._tcp.${domain}`),
    lookup.srv(`_xmpps-client._tcp.${domain}`),
  ]);
  const targets = [...client, ...directClient]
    .map(({ name }) => name)
    .filter((name) => name !== '' && isIP(name) === 0);
  const names = [...new Set(client.length === 0 ? [domain, ...targets] : targets)];
  const addresses = new Map<string, Addresses>();
  const aliases = new Map<string, string>();
  const tlsa: string[] = [];
  const look = async (name: string): Promise<void> => {
    const [found, alias] = await Promise.all([lookup.addresses(name), lookup.alias(name)]);
    addresses.set(name, found);
    if (alias !== undefined && targets.includes(name)) aliases.set(name, alias);
  };
  const places = client.length === 0 ? [{ name: domain, port: 5222 }] : client;
  const lookAtTlsa = async ({ name, port }: SrvRecord): Promise<void> => {
    if (name !== '' && (await lookup.tlsa(`_${port}._tcp.${name}`)) > 0) tlsa.push(`_${port}._tcp.${name}`);
  };
  await Promise.all([...names.map(look), ...[...places, ...directClient].map(lookAtTlsa)]);
  return { domain, ports, client, directClient, addresses, aliases, tlsa };
}

/** What is to be said of the records. @param own addresses of this machine */
export function dnsFindings(records: HostRecords, own: readonly string[]): Finding[] {
  const { domain, ports, client, directClient, addresses, aliases, tlsa } = records;
  const found: Finding[] = [];
  if (client.length === 0) {
    found.push(
      ports.plain.includes(5222) || ports.plain.length === 0
        ? find('dns-no-srv', `${domain} has no _xmpp-client record.`)
        : find('dns-srv-needed', `${domain} has no _xmpp-client record, and port 5222 is not open here.`),
    );
  }
  found.push(...services('_xmpp-client', domain, client, ports.plain));
  found.push(...services('_xmpps-client', domain, directClient, ports.direct));
  if (ports.direct.length > 0 && directClient.length === 0) {
    found.push(
      find(
        'dns-no-direct-tls',
        `${domain} has no _xmpps-client record; direct TLS is on port ${ports.direct.join(', ')}.`,
      ),
    );
  }
  for (const [name, alias] of aliases) found.push(find('dns-srv-alias', `${domain}: ${name} is an alias of ${alias}.`));
  for (const [name, { v4, v6 }] of addresses) {
    if (v4.length + v6.length === 0) found.push(find('dns-no-address', `${domain}: ${name} has no address.`));
  }
  const all = [...addresses.values()].flatMap(({ v4, v6 }) => [...v4, ...v6]);
  if (all.length > 0 && !all.some((address) => address.includes(':'))) {
    found.push(find('dns-no-ipv6', `${domain} has no IPv6 address.`));
  }
  if (all.length > 0 && !all.some((address) => own.includes(address))) {
    found.push(find('dns-elsewhere', `${domain} leads to ${all.join(', ')}, which this machine does not have.`));
  }
  if (tlsa.length > 0) found.push(find('dns-tlsa', `${domain}: TLSA records at ${tlsa.join(', ')}.`));
  return found;
}

function* services(
  service: string,
  domain: string,
  records: readonly SrvRecord[],
  ports: readonly number[],
): Generator<Finding> {
  for (const { name, port } of records) {
    const what = `${service}._tcp.${domain}`;
    if (name === '') yield find('dns-srv-off', `${what} says that there is no such service.`);
    else if (isIP(name) !== 0) yield find('dns-srv-address', `${what} leads to ${name}, which is no name.`);
    else if (!ports.includes(port) && !ports.includes(0)) {
      yield find('dns-srv-port', `${what} names port ${port}; open are ${ports.join(', ') || 'none'}.`);
    }
  }
}

async function component(lookup: Lookup, domain: string): Promise<Finding[]> {
  if (isLocalName(domain)) return [];
  try {
    const { v4, v6 } = await lookup.addresses(domain);
    return v4.length + v6.length > 0 ? [] : [find('dns-component', `${domain} has no address.`)];
  } catch (error) {
    return [find('dns-silent', `${domain}: ${error instanceof Error ? error.message : String(error)}.`)];
  }
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address));
}
