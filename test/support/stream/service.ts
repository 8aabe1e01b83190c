/** A client service on loopback, for tests. */
import type { Log, LogFields } from '../../../src/logging/log.ts';
import { Metrics } from '../../../src/metrics/metrics.ts';
import type { C2sListenOptions, NetListener, StreamDeadlines, TlsProfile } from '../../../src/net/interface.ts';
import { createNetwork } from '../../../src/net/network.ts';
import type { StreamHost } from '../../../src/stream/interface.ts';
import { LIMITS_AFTER_AUTH, LIMITS_BEFORE_AUTH } from '../../../src/xml/limits.ts';
import { bind, plainAuth } from './login.ts';
import { header } from './recorder.ts';
import { RawClient } from './tcp.ts';

/** A log that keeps what it is given as `level message`, with its fields. */
export class TestLog implements Log {
  readonly lines: { readonly line: string; readonly fields: LogFields }[] = [];

  debug(fields: LogFields, message: string): void {
    this.lines.push({ line: `debug ${message}`, fields });
  }

  info(fields: LogFields, message: string): void {
    this.lines.push({ line: `info ${message}`, fields });
  }

  warn(fields: LogFields, message: string): void {
    this.lines.push({ line: `warn ${message}`, fields });
  }

  error(fields: LogFields, message: string): void {
    this.lines.push({ line: `error ${message}`, fields });
  }

  child(): Log {
    return this;
  }
}

/** A service that listens on a free port of 127.0.0.1. */
export interface TestService {
  readonly listener: NetListener;
  readonly log: TestLog;
  readonly metrics: Metrics;
  /** Value of a metric, whatever its labels; zero if there is none. */
  metric(name: string, label?: string): number;
  connect(): Promise<RawClient>;
  /** A client that has logged in as alice and bound a resource. */
  login(resource: string): Promise<RawClient>;
}

/** Options of a service with the defaults of the product. */
export function serviceOptions(
  hosts: readonly StreamHost[],
  deadlines: Partial<StreamDeadlines> = {},
  more: Partial<C2sListenOptions> = {},
): C2sListenOptions {
  return {
    service: 'c2s',
    interfaces: ['127.0.0.1'],
    ports: [0],
    keepAlive: true,
    hosts: (domain) => hosts.find((host) => host.domain === domain),
    limitsBeforeAuth: LIMITS_BEFORE_AUTH,
    limitsAfterAuth: LIMITS_AFTER_AUTH,
    maxAuthFailures: 5,
    deadlines: { tls: 10_000, header: 30_000, auth: 60_000, bind: 60_000, finish: 30_000, close: 5000, ...deadlines },
    maxUnauthenticated: 50,
    output: { soft: 1024 * 1024, hard: 4 * 1024 * 1024, stall: 60_000 },
    ...more,
  };
}

/** Start a service. @param encrypted domains that have a certificate, the first one's is the default */
export async function startService(
  options: C2sListenOptions,
  encrypted: readonly string[] = [],
  profile: TlsProfile = 'intermediate',
): Promise<TestService> {
  const log = new TestLog();
  const metrics = new Metrics();
  const network = createNetwork(log, metrics);
  for (const domain of encrypted) await network.tls.serve(domain, { profile });
  const listener = await network.listenC2s(options);
  const connect = (): Promise<RawClient> => RawClient.connect(listener.addresses[0] ?? '');
  return {
    listener,
    log,
    metrics,
    metric: (name, label) => {
      let sum = 0;
      for (const { labels, metric } of metrics.families().find((family) => family.name === name)?.series ?? []) {
        if ('value' in metric && (label === undefined || Object.values(labels).includes(label))) sum += metric.value;
      }
      return sum;
    },
    connect,
    login: async (resource) => {
      const client = await connect();
      await client.ask(header(), '</stream:features>');
      await client.ask(plainAuth('alice', 'a'), '<success ');
      await client.ask(header(), '</stream:features>');
      await client.ask(bind(resource), '</iq>');
      return client;
    },
  };
}
