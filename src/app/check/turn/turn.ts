/** `check turn`: the TURN server that clients are told of for calls (XEP-0215, options of turn_external). */
import type { Check, Subject } from '../check.ts';
import { finder, type Catalogue, type Finding } from '../finding.ts';
import { placeOf } from '../place.ts';
import { tryTurn, type TurnOutcome, type TurnService } from './turn-client.ts';

const TURN = {
  'turn-none': [
    'info',
    'No TURN server is configured: calls work only where both sides reach each other.',
    'Run coturn or eturnal, and set turn_external_secret.',
  ],
  'turn-not-built': ['info', 'The module turn_external is not there yet: clients are not told of the TURN server.', ''],
  'turn-no-secret': [
    'error',
    'A TURN server is named without `turn_external_secret`.',
    'Set the secret that the TURN server has.',
  ],
  'turn-ok': ['info', 'A TURN server works.', ''],
  'turn-silent': ['error', 'A TURN server does not answer.', 'Check its name and port, and that UDP is let through.'],
  'turn-open': [
    'error',
    'A TURN server relays for everybody.',
    'Configure a secret at the TURN server (use-auth-secret).',
  ],
  'turn-refused': [
    'error',
    'A TURN server refuses an allocation.',
    'Set the same secret on both sides, and check the clocks.',
  ],
  'turn-unasked': [
    'advice',
    'A TURN server does not ask as RFC 8656 says: its realm or nonce is missing.',
    'Set a realm at the TURN server.',
  ],
  'turn-private': [
    'advice',
    'A TURN server tells or lends an address of a private network.',
    'Set its external address (external-ip).',
  ],
  'turn-not-relayed': [
    'error',
    'What is sent through a TURN server does not come back.',
    'Open its range of UDP ports.',
  ],
} as const satisfies Catalogue;

const find = finder('turn', TURN);

const STUN_PORT = 3478;

export const turnCheck: Check = {
  name: 'turn',
  summary: 'The TURN server for calls: its answer, the secret, and with --ping what it relays',
  catalogue: TURN,
  run: async (subject) => {
    const { services, findings } = servicesOf(subject);
    const ping = subject.ping === undefined ? undefined : placeFrom(subject.ping);
    const outcomes = await Promise.all(
      services.map(async (it) => [it, await tryTurn(it, subject.now, { ping })] as const),
    );
    return [...findings, ...outcomes.flatMap(([service, outcome]) => turnFindings(service, outcome))];
  },
};

/** The servers that hosts name, each once. */
function servicesOf({ raw, settings }: Pick<Subject, 'raw' | 'settings'>): {
  services: TurnService[];
  findings: Finding[];
} {
  const services = new Map<string, TurnService>();
  const findings: Finding[] = [];
  for (const { domain, kind, options } of settings.hosts) {
    if (kind === 'component') continue;
    const named = options['turn_external_host'];
    const port = options['turn_external_port'];
    const secret = options['turn_external_secret'];
    if (named === undefined && secret === undefined) continue;
    const host = typeof named === 'string' ? named : domain;
    if (typeof secret !== 'string' || secret === '') {
      findings.push(
        find(
          'turn-no-secret',
          `${domain}: ${host} is named without a secret.`,
          placeOf(raw, domain, 'turn_external_host'),
        ),
      );
      continue;
    }
    const service = { host, port: Number(port ?? STUN_PORT), secret };
    services.set(JSON.stringify(service), service);
  }
  const configured = services.size + findings.length > 0;
  findings.push(
    configured
      ? find('turn-not-built', 'Clients are not told of the TURN server yet.')
      : find('turn-none', 'No TURN server is configured.'),
  );
  return { services: [...services.values()], findings };
}

/** What is to be said of an attempt. */
export function turnFindings({ host, port }: TurnService, outcome: TurnOutcome): Finding[] {
  const { problem, mapped, relayed, asks, seen } = outcome;
  const say = (id: keyof typeof TURN, what: string): Finding => find(id, `${host}:${port} ${what}.`);
  const found: Finding[] = [];
  if (asks === false) found.push(say('turn-unasked', 'tells no realm or no nonce'));
  if (mapped !== undefined && isPrivate(mapped.address) && !isPrivate(host)) {
    found.push(say('turn-private', `sees this machine as ${mapped.address}`));
  }
  if (relayed !== undefined && isPrivate(relayed.address) && !isPrivate(host)) {
    found.push(say('turn-private', `lends ${relayed.address}`));
  }
  if (problem === undefined) {
    const through = seen === undefined ? '' : `, and is seen as ${seen.address}:${seen.port} by the one who was pinged`;
    return [...found, say('turn-ok', `lends ${relayed?.address ?? 'an address'}${through}`)];
  }
  const id = {
    binding: 'turn-silent',
    open: 'turn-open',
    allocation: 'turn-refused',
    relay: 'turn-not-relayed',
  } as const;
  return [...found, say(id[problem.step], `fails: ${problem.text}`)];
}

/** Addresses that are not reached from elsewhere (RFC 1918, RFC 6598, RFC 4193, loopback, link-local). */
export function isPrivate(address: string): boolean {
  return /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|::1$|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)|^localhost$/i.test(
    address,
  );
}

function placeFrom(text: string): { host: string; port: number } {
  const [, host = text, port] = /^(.*):(\d+)$/.exec(text) ?? [];
  return { host, port: port === undefined ? STUN_PORT : Number(port) };
}
