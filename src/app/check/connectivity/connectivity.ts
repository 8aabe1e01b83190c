/** `check connectivity`: connects to this server as clients do, through the public names of its hosts. */
import type { HostConfig } from '../../../host/host.ts';
import { serverStatus } from '../../../modules/admin_operations/status.ts';
import { userHosts, type Check, type Subject } from '../check.ts';
import { finder, type Catalogue, type Finding } from '../finding.ts';
import { isLocalName } from '../dns/local-name.ts';
import { probe, type Place, type Probed } from './probe.ts';

const CONNECTIVITY = {
  'connect-ok': ['info', 'A client reaches the host.', ''],
  'connect-not-running': [
    'info',
    'The server does not run, so there is nothing to connect to.',
    'Start it, and run the check again.',
  ],
  'connect-failed': [
    'error',
    'No connection, or none within 5 seconds.',
    'Check what `check dns` says, the firewall, forwarded ports and c2s_interfaces.',
  ],
  'connect-no-stream': [
    'error',
    'Something answers, and it is no XMPP server for this domain.',
    'Check where the port leads; a proxy must not end idle connections or speak HTTP there.',
  ],
  'connect-no-tls': [
    'error',
    'The server offers no encryption.',
    'Check its certificate, and that the module tls is loaded.',
  ],
  'connect-untrusted': ['advice', 'The certificate that is shown is not trusted.', 'See what `check certs` says.'],
  'connect-observer': [
    'info',
    'These connections start on this machine. Whether the server is reached from elsewhere, only a look from elsewhere tells.',
    'Ask a public service such as connect.xmpp.net, or a monitor of your own.',
  ],
  'connect-s2s-not-built': ['info', 'Other servers are not tried: Couplet does not talk to other servers yet.', ''],
} as const satisfies Catalogue;

const find = finder('connectivity', CONNECTIVITY);

/** Where clients go without an SRV record (RFC 6120 §3.2.2). */
const CLIENT_PORT = 5222;

/** Name of a service in SRV records, and is TLS there from the first byte? */
const SERVICES = [
  ['_xmpp-client', false],
  ['_xmpps-client', true],
] as const;

export const connectivityCheck: Check = {
  name: 'connectivity',
  summary: 'Connects as clients do, through the public names of the hosts',
  catalogue: CONNECTIVITY,
  run: async (subject) => {
    if (subject.ask === undefined) return [find('connect-not-running', 'The server does not run.')];
    const found = await Promise.all(userHosts(subject).map((host) => hostFindings(subject, host)));
    return [
      ...found.flat(),
      find('connect-observer', 'All connections started on this machine.'),
      find('connect-s2s-not-built', 'Other servers were not tried.'),
    ];
  },
};

async function hostFindings(subject: Subject, host: HostConfig): Promise<Finding[]> {
  const places = await placesOf(subject, host);
  const probed = await Promise.all(places.map(async (place) => [place, await probe(host.domain, place)] as const));
  return probed.map(([place, outcome]) => connectionFinding(host.domain, place, outcome));
}

/** Where clients go: as SRV records say, else to the domain itself. Local names are where the server listens. */
async function placesOf({ lookup, ask }: Subject, { domain }: HostConfig): Promise<Place[]> {
  if (isLocalName(domain)) {
    const { listeners } = serverStatus.pick({ listeners: true }).parse(await ask?.('server.status', {}));
    return listeners.flatMap(({ service, addresses }) =>
      service.startsWith('c2s') ? addresses.map((address) => localPlace(address, service === 'c2s_direct_tls')) : [],
    );
  }
  const places: Place[] = [];
  for (const [service, direct] of SERVICES) {
    const records = await lookup.srv(`${service}._tcp.${domain}`).catch(() => []);
    places.push(...records.map(({ name, port }) => ({ host: name, port, direct })));
    if (records.length === 0 && !direct) places.push({ host: domain, port: CLIENT_PORT, direct });
  }
  return places.filter(({ host }) => host !== '');
}

/** From `address:port`; an address that stands for all is that of this machine. */
function localPlace(text: string, direct: boolean): Place {
  const colon = text.lastIndexOf(':');
  const address = text.slice(0, colon).replace(/^\[|\]$/g, '');
  const host = address === '0.0.0.0' || address === '*' ? '127.0.0.1' : address === '::' ? '::1' : address;
  return { host, port: Number(text.slice(colon + 1)), direct };
}

/** What is to be said of an attempt. */
export function connectionFinding(domain: string, { host, port, direct }: Place, outcome: Probed): Finding {
  const where = `${domain} at ${host}:${port}${direct ? ' (direct TLS)' : ''}`;
  switch (outcome.result) {
    case 'ok':
      return find('connect-ok', `${where} answers with ${outcome.detail}.`);
    case 'failed':
      return find('connect-failed', `${where}: ${outcome.detail}.`);
    case 'no-stream':
      return find('connect-no-stream', `${where}: ${outcome.detail}.`);
    case 'no-tls':
      return find('connect-no-tls', `${where}: ${outcome.detail}.`);
    case 'untrusted':
      return find('connect-untrusted', `${where}: ${outcome.detail}.`);
  }
}
