/** All scenarios, in the order in which they are measured. */
import { login, loginTls, password } from './login-scenarios.ts';
import type { Scenario } from './scenario.ts';
import { trafficScenario } from './traffic-scenario.ts';

/** Bytes of a message. */
const LENGTH = 200;

/**
 * Archived messages for each user, before and in what is measured: ejabberd's archive gets slower with each that it has.
 * What goes before ends with its time, for every server, so that none is measured while it still compiles.
 */
const ARCHIVED = [Infinity, 60] as const;

const headline = { kind: 'chat', type: 'headline', length: LENGTH, limit: undefined } as const;
const archived = { ...headline, type: 'chat', window: 1 } as const;

/** All scenarios. */
export const SCENARIOS: readonly Scenario[] = [
  trafficScenario({
    name: 'ping',
    summary: 'every session pings the server, one request at a time',
    traffic: { kind: 'ping', window: 1 },
  }),
  trafficScenario({
    name: 'chat',
    summary: 'headlines in pairs, one at a time in each direction',
    traffic: { ...headline, window: 1 },
  }),
  trafficScenario({
    name: 'chat-window',
    summary: 'headlines in pairs, ten under way in each direction',
    traffic: { ...headline, window: 10 },
  }),
  trafficScenario({
    name: 'chat-tls',
    summary: 'headlines in pairs over TLS, one at a time in each direction',
    traffic: { ...headline, window: 1 },
    login: { security: 'starttls' },
  }),
  trafficScenario({
    name: 'paced',
    summary: '200 headlines a second by all together',
    traffic: { kind: 'paced', type: 'headline', rate: 200, length: LENGTH },
  }),
  trafficScenario({
    name: 'chat-archive',
    summary: 'chat messages with carbons on, archived for both sides',
    traffic: archived,
    login: { carbons: true },
    most: ARCHIVED,
  }),
  trafficScenario({
    name: 'chat-acks',
    summary: 'the same with stream management, every request for an acknowledgement answered',
    traffic: archived,
    login: { carbons: true, acks: true },
    most: ARCHIVED,
  }),
  trafficScenario({
    name: 'presence',
    summary: 'one session tells its presence to all others, each of which subscribed to it',
    traffic: { kind: 'presence' },
    besides: 1,
    befriended: true,
  }),
  trafficScenario({
    name: 'burst',
    summary: 'one session sends 5000 archived messages a second to all others in turn, 500 under way at most',
    traffic: { kind: 'burst', rate: 5000, window: 500, length: LENGTH },
    besides: 1,
  }),
  login,
  loginTls,
  password,
];
