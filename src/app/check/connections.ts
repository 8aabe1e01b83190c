/** `check connections`: who is connected, and how. */
import { z } from 'zod';
import { userHosts, type Check, type Subject } from './check.ts';
import { finder, type Catalogue, type Finding } from './finding.ts';

const CONNECTIONS = {
  'connections-not-running': ['info', 'The server does not run, so nobody is connected.', ''],
  'connections-count': ['info', 'How many clients are connected to a host, and with which versions of TLS.', ''],
  'connections-addresses': ['info', 'Where most clients come from.', ''],
  'connections-plain': [
    'advice',
    'Clients are connected without encryption.',
    'See c2s_require_encryption; connections of this machine may be meant so.',
  ],
  'connections-one-address': [
    'advice',
    'Many connections come from one address: a bridge, a company behind one address, or somebody who means no good.',
    'Look with `c2s show`.',
  ],
  'connections-s2s-not-built': [
    'info',
    'Connections to other servers: Couplet does not talk to other servers yet.',
    '',
  ],
} as const satisfies Catalogue;

const find = finder('connections', CONNECTIONS);

/** Connections of one address that are worth a word, and which share of all. */
const MANY = 50;
const SHARE = 0.5;

/** Addresses that are shown. */
const SHOWN = 5;

const sessionList = z.object({
  sessions: z.array(
    z.object({
      jid: z.string(),
      address: z.string().optional(),
      protocol: z.string().optional(),
      detached: z.boolean().optional(),
    }),
  ),
  total: z.int(),
});

type Sessions = z.infer<typeof sessionList>['sessions'];

export const connectionsCheck: Check = {
  name: 'connections',
  summary: 'Clients that are connected: by host, TLS and address',
  catalogue: CONNECTIONS,
  run: async (subject) => {
    const { ask } = subject;
    if (ask === undefined) return [find('connections-not-running', 'The server does not run.')];
    const all: Finding[] = [];
    for (const { domain } of userHosts(subject)) all.push(...connectionFindings(domain, await sessionsOf(ask, domain)));
    return [...all, find('connections-s2s-not-built', 'There are no connections to other servers.')];
  },
};

/** None where the server that runs does not serve that host. */
async function sessionsOf(ask: NonNullable<Subject['ask']>, domain: string): Promise<Sessions> {
  const answer = await ask('session.list', {}, domain).catch(() => undefined);
  return answer === undefined ? [] : sessionList.parse(answer).sessions;
}

/** What is to be said of the clients of a host. */
export function connectionFindings(domain: string, sessions: Sessions): Finding[] {
  const connected = sessions.filter(({ detached }) => detached !== true);
  const by = tally(connected.map(({ protocol }) => protocol ?? 'no encryption'));
  const shown = by.map(([name, count]) => `${count} with ${name}`).join(', ');
  const waiting = sessions.length - connected.length;
  const found = [
    find(
      'connections-count',
      `${domain}: ${connected.length} connected${shown === '' ? '' : ` (${shown})`}, ${waiting} waiting to be resumed.`,
    ),
  ];
  const plain = connected.filter(({ protocol }) => protocol === undefined).length;
  if (plain > 0) found.push(find('connections-plain', `${domain}: ${plain} without encryption.`));
  const addresses = tally(connected.flatMap(({ address }) => address ?? []));
  if (addresses.length > 0) {
    const most = addresses.slice(0, SHOWN).map(([address, count]) => `${count} from ${address}`);
    found.push(find('connections-addresses', `${domain}: ${most.join(', ')}; ${addresses.length} different in all.`));
  }
  const [top] = addresses;
  if (top !== undefined && top[1] >= MANY && top[1] >= SHARE * connected.length && !/^(127\.|::1$)/.test(top[0])) {
    found.push(find('connections-one-address', `${domain}: ${top[1]} of ${connected.length} come from ${top[0]}.`));
  }
  return found;
}

/** How often each is there, the most frequent first. */
function tally(names: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}
