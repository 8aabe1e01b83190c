/** Puts a server together from its parts and starts it. */
import { MemoryCluster } from '../cluster/memory/memory-cluster.ts';
import { systemClock } from '../cluster/clock.ts';
import { ConfigError } from '../config/config-error.ts';
import type { HostConfig } from '../host/host.ts';
import type { ModuleDefinition } from '../host/module.ts';
import { Server } from '../host/server.ts';
import type { Log } from '../logging/log.ts';
import { Metrics } from '../metrics/metrics.ts';
import type { BoundSockets } from '../net/bound-sockets.ts';
import { createNetwork } from '../net/network.ts';
import type { Storage } from '../storage/stores.ts';
import { findModule } from './modules.ts';
import { openStorage, type StorageConfig } from './storage.ts';

/** What is to be started. */
export interface StartOptions {
  readonly hosts: readonly HostConfig[];
  readonly log: Log;
  /** Where data is kept; in memory by default. */
  readonly storage?: StorageConfig;
  /** Folder where certificates made here are kept; without it they are made anew with each start. */
  readonly certificates?: string;
  /** Sockets that listen already. */
  readonly sockets?: BoundSockets;
  /** Open the network services; true by default. */
  readonly listen?: boolean;
  /** Bound for what an event or request handler waits for, in milliseconds. */
  readonly handlerTimeout?: number;
  /** Finds modules by name; those that come with the server by default. */
  readonly modules?: (name: string) => Promise<ModuleDefinition | undefined>;
}

/** Milliseconds a handler may take unless told otherwise. */
const HANDLER_TIMEOUT = 30_000;

/**
 * Start a server. When the promise resolves it takes connections.
 * @throws ConfigError, or an error where the data cannot be used or a port cannot be opened
 */
export async function startServer(options: StartOptions): Promise<Server> {
  const { log } = options;
  const cluster = new MemoryCluster({
    clock: systemClock,
    report: (error, what) => log.error({ err: error, what }, 'cluster handler failed'),
  });
  const metrics = new Metrics();
  const storage = await storageFor(options);
  const server = new Server({
    metrics,
    network: createNetwork(log, metrics, options.certificates, options.sockets),
    storage,
    cluster: cluster.join('main'),
    log,
    modules: options.modules ?? findModule,
    now: microseconds,
    handlerTimeout: options.handlerTimeout ?? HANDLER_TIMEOUT,
  });
  try {
    await server.network.tls.readingOnce(async () => {
      for (const host of options.hosts) await server.activate(host);
    });
    if (options.listen !== false) await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

async function storageFor({ storage = { kind: 'memory' }, log }: StartOptions): Promise<Storage> {
  if (storage.kind !== 'memory') log.info(placeOf(storage), 'opening the database');
  try {
    return await openStorage(storage, {
      failed: (error) => log.error({ err: error }, 'storage failed'),
      noticed: (message) => log.warn({ notice: message }, 'storage'),
    });
  } catch (error) {
    log.debug({ err: error }, 'storage cannot be opened');
    throw new ConfigError(`storage: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The database, without its password. */
function placeOf(storage: Exclude<StorageConfig, { kind: 'memory' }>): { driver: string; database: string } {
  if (storage.kind === 'sqlite') return { driver: 'SQLite3', database: storage.directory };
  const name = /\/([^/?]*)(?:\?|$)/.exec(storage.url)?.[1] ?? '';
  return { driver: 'PostgreSQL', database: decodeURIComponent(name) };
}

/** The wall clock in microseconds since 1970. */
function microseconds(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}
