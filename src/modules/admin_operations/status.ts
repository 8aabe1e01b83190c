/** What an operator asks first: does it run, since when, and who is on it? */
import { z } from 'zod';
import { Auth } from '../../host/auth.ts';
import type { ModuleApi } from '../../host/module.ts';
import { PRODUCT, VERSION } from '../../host/product.ts';

const SECOND = 1_000_000;

/** The answer of `server.status`. */
export const serverStatus = z.object({
  product: z.string(),
  version: z.string(),
  node: z.string(),
  pid: z.int(),
  /** ISO 8601, UTC. */
  started: z.string(),
  /** Seconds. */
  uptime: z.int(),
  /** Bytes of memory that the process holds. */
  memory: z.int(),
  listeners: z.array(z.object({ service: z.string(), addresses: z.array(z.string()) })),
  hosts: z.array(
    z.object({
      domain: z.string(),
      kind: z.enum(['host', 'component']),
      modules: z.array(z.string()),
      /** Connected resources on this node. */
      sessions: z.int(),
      /** SASL mechanisms that are not offered as long as accounts have no keys for them, and how many these are about. */
      withheld: z.array(z.object({ mechanism: z.string(), accounts: z.int() })),
    }),
  ),
});

/** Define `server.status`. */
export function statusOperation(m: ModuleApi): void {
  const { server } = m.host;
  m.operation({
    name: 'server.status',
    summary: 'Show what the server is doing',
    input: z.object({}),
    output: serverStatus,
    role: 'prosody:operator',
    changes: false,
    cli: 'status',
    run: async () => {
      const sessions = new Map<string, number>();
      for (const { host } of server.sessions.local()) sessions.set(host.domain, (sessions.get(host.domain) ?? 0) + 1);
      return {
        product: PRODUCT,
        version: VERSION,
        node: process.versions.node,
        pid: process.pid,
        started: new Date(server.startedAt / 1000).toISOString(),
        uptime: Math.floor((m.now() - server.startedAt) / SECOND),
        memory: process.memoryUsage.rss(),
        listeners: await server.listeners.all(),
        hosts: [...server.hosts.values()].map(({ domain, kind, modules, services }) => ({
          domain,
          kind,
          modules: [...modules.names].sort(),
          sessions: sessions.get(domain) ?? 0,
          withheld: [...(services.find(Auth)?.lacking ?? [])].map(([hash, accounts]) => ({
            mechanism: `SCRAM-${hash}`,
            accounts,
          })),
        })),
      };
    },
  });
}
