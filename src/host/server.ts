/** One server process: its hosts and what they share. */
import type { ClusterBackend } from '../cluster/backend.ts';
import { ConfigError } from '../config/config-error.ts';
import type { Log } from '../logging/log.ts';
import type { Logs } from '../logging/logs.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Network } from '../net/interface.ts';
import { StreamError } from '../stanza/stream-error.ts';
import type { Storage } from '../storage/stores.ts';
import { Deadlines } from './deadlines.ts';
import { ErrorMapper } from './errors.ts';
import { Host, type HostConfig } from './host.ts';
import { Listeners } from './listeners.ts';
import type { ModuleDefinition } from './module.ts';
import type { Releasable } from './release-queue.ts';
import { PendingRequests } from './requests.ts';
import { Router } from './router.ts';
import { Scheduler } from './scheduler.ts';
import { Services } from './services.ts';
import { Sessions } from './sessions.ts';
import type { StanzaEvent } from './stanza-event.ts';

/** Takes stanzas for domains that are not served here. */
export interface RemoteRoute {
  /** What the sender's release queue lets go to send the stanza on. */
  output(event: StanzaEvent): Releasable;
}

/** What a server is made of. */
export interface ServerParts {
  readonly storage: Storage;
  readonly cluster: ClusterBackend;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly network: Network;
  /** Finds a module by its name. */
  readonly modules: (name: string) => Promise<ModuleDefinition | undefined>;
  /** Microseconds since 1970. */
  readonly now: () => number;
  /** Bound for what an event or request handler waits for, in milliseconds. */
  readonly handlerTimeout: number;
}

/** What the process around a server does with it when it is told to. */
export interface ServerControl {
  /** Stop in order, soon. */
  stop(): void;
  /** Stop in order, soon, and start again. */
  readonly restart?: {
    /** Why that cannot be done, for people. */
    readonly obstacle: string | undefined;
    readonly restart: () => void;
  };
  /**
   * Take over the configuration as it is now, or only tell what that would change.
   * @throws ConfigError something is wrong with it: nothing was changed
   */
  reload(dryRun: boolean): Promise<readonly ReloadStep[]>;
}

/** One thing that a reload does. */
export interface ReloadStep {
  /** Without one it is about the whole server. */
  readonly host?: string;
  readonly module?: string;
  /** What it is, in words. */
  readonly change: string;
  /** `done`, or why it was not. */
  readonly result: string;
}

/** The hosts of one process, and everything they share. */
export class Server {
  readonly storage: Storage;
  readonly cluster: ClusterBackend;
  readonly log: Log;
  readonly now: () => number;
  /** Started at, microseconds since 1970. */
  readonly startedAt: number;
  /** Active hosts and components by canonical domain. */
  readonly hosts: ReadonlyMap<string, Host>;
  readonly sessions: Sessions;
  readonly router: Router;
  readonly requests = new PendingRequests();
  readonly errors: ErrorMapper;
  readonly deadlines: Deadlines;
  readonly scheduler: Scheduler;
  readonly metrics: Metrics;
  readonly network: Network;
  readonly services = new Services();
  readonly listeners: Listeners;
  /** Set while server-to-server is available. */
  remote: RemoteRoute | undefined;
  /** Set by the process around it, where there is one that can do that. */
  control: ServerControl | undefined;
  /** The places of the log; set likewise. */
  logs: Logs | undefined;
  /** Domains that were deactivated since the start, with what they were. */
  readonly inactive: ReadonlyMap<string, HostConfig>;
  readonly #hosts = new Map<string, Host>();
  readonly #inactive = new Map<string, HostConfig>();
  readonly #modules: ServerParts['modules'];
  readonly #ignoreRelief: () => void;

  constructor(parts: ServerParts) {
    this.storage = parts.storage;
    this.cluster = parts.cluster;
    this.log = parts.log;
    this.metrics = parts.metrics;
    this.network = parts.network;
    this.now = parts.now;
    this.startedAt = parts.now();
    this.hosts = this.#hosts;
    this.inactive = this.#inactive;
    this.#modules = parts.modules;
    this.sessions = new Sessions(parts.cluster);
    this.router = new Router(this);
    this.errors = new ErrorMapper(parts.log);
    this.deadlines = new Deadlines(parts.handlerTimeout, (what) => {
      parts.log.error({ what, seconds: parts.handlerTimeout / 1000 }, 'handler did not finish in time');
    });
    this.scheduler = new Scheduler(parts.log, parts.cluster);
    this.listeners = new Listeners(parts.log);
    this.#ignoreRelief = parts.storage.onRelief({
      relieved: () => {
        for (const session of this.sessions.local()) session.relieve();
      },
    });
  }

  /**
   * Start serving a domain.
   * @throws ConfigError a domain that is served already, a module that there is not, or one that refuses to load
   */
  async activate(config: HostConfig): Promise<Host> {
    const definitions = await this.definitions(config);
    const host = new Host(this, config);
    if (this.#hosts.has(host.domain)) throw new ConfigError(`${host.domain} is defined twice`);
    this.#hosts.set(host.domain, host);
    try {
      await host.modules.load(definitions);
    } catch (error) {
      this.#hosts.delete(host.domain);
      await host.modules.unloadAll();
      throw error;
    }
    this.#inactive.delete(host.domain);
    return host;
  }

  /** The modules of a host. @throws ConfigError one that there is not */
  async definitions({ domain, modules }: HostConfig): Promise<ModuleDefinition[]> {
    const definitions: ModuleDefinition[] = [];
    for (const name of modules) {
      const definition = await this.#modules(name);
      if (definition === undefined) throw new ConfigError(`${domain}: there is no module "${name}"`);
      definitions.push(definition);
    }
    return definitions;
  }

  /** A module that a host may load, or `undefined`. */
  findModule(name: string): Promise<ModuleDefinition | undefined> {
    return this.#modules(name);
  }

  /** Open the network services that the modules asked for. */
  start(): Promise<void> {
    return this.listeners.start();
  }

  /** Stop serving a domain for now: its sessions are closed with `host-gone`. */
  async deactivate(domain: string): Promise<void> {
    const host = this.#hosts.get(domain);
    if (host === undefined) throw new ConfigError(`${domain} is not active`);
    this.#inactive.set(domain, host.config);
    await this.#withdraw(host);
  }

  /** Take another configuration of a domain that was deactivated. */
  configureInactive(config: HostConfig): void {
    this.#inactive.set(config.domain, config);
  }

  /** Stop serving a domain for good: its sessions are closed with `host-gone`. */
  async remove(domain: string): Promise<void> {
    this.#inactive.delete(domain);
    const host = this.#hosts.get(domain);
    if (host !== undefined) await this.#withdraw(host);
  }

  async #withdraw(host: Host): Promise<void> {
    this.#hosts.delete(host.domain);
    this.#close(new StreamError('host-gone'), (session) => session.host === host);
    await this.sessions.ended();
    await host.modules.unloadAll();
  }

  /** Stop: close the listeners, tell every client, commit what is waiting, unload the modules. */
  async stop(): Promise<void> {
    await this.listeners.close();
    this.#close(new StreamError('system-shutdown'), () => true);
    await this.listeners.drained();
    this.requests.cancel(new Error('the server is stopping'));
    await this.sessions.ended();
    await this.storage.drain();
    for (const host of [...this.#hosts.values()].reverse()) await host.modules.unloadAll();
    this.#hosts.clear();
    this.#ignoreRelief();
    this.sessions.close();
    await this.storage.close();
    await this.cluster.drain();
  }

  #close(error: StreamError, which: (session: { readonly host: Host }) => boolean): void {
    for (const session of [...this.sessions.local()]) if (which(session)) session.close(error);
  }
}
