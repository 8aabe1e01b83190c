/** Puts a server together from its parts and starts it. */
import { MemoryCluster } from '../cluster/memory/memory-cluster.ts';
import { systemClock } from '../cluster/clock.ts';
import type { HostConfig } from '../host/host.ts';
import type { ModuleDefinition } from '../host/module.ts';
import { Server } from '../host/server.ts';
import type { Log } from '../logging/log.ts';
import { Metrics } from '../metrics/metrics.ts';
import { createNetwork } from '../net/network.ts';
import { memoryStorage } from '../storage/memory/memory-storage.ts';
import { findModule } from './modules.ts';

/** What is to be started. */
export interface StartOptions {
  readonly hosts: readonly HostConfig[];
  readonly log: Log;
  /** Bound for what an event or request handler waits for, in milliseconds. */
  readonly handlerTimeout?: number;
  /** Finds modules by name; those that come with the server by default. */
  readonly modules?: (name: string) => Promise<ModuleDefinition | undefined>;
}

/** Milliseconds a handler may take unless told otherwise. */
const HANDLER_TIMEOUT = 30_000;

/**
 * Start a server that keeps everything in memory. When the promise resolves it takes connections.
 * @throws ConfigError, or an error of the system where a port cannot be opened
 */
export async function startServer(options: StartOptions): Promise<Server> {
  const { log } = options;
  const cluster = new MemoryCluster({
    clock: systemClock,
    report: (error, what) => log.error({ err: error, what }, 'cluster handler failed'),
  });
  const metrics = new Metrics();
  const server = new Server({
    metrics,
    network: createNetwork(log, metrics),
    storage: memoryStorage((error) => log.error({ err: error }, 'storage listener failed')),
    cluster: cluster.join('main'),
    log,
    modules: options.modules ?? findModule,
    now: microseconds,
    handlerTimeout: options.handlerTimeout ?? HANDLER_TIMEOUT,
  });
  try {
    for (const host of options.hosts) await server.activate(host);
    await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/** The wall clock in microseconds since 1970. */
function microseconds(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}
