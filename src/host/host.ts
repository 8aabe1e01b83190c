// Uses `as` in `hook`: a map keyed by event name whose values are typed by that name.
/** A virtual host or an internal component: a domain with its modules, handlers and sessions. */
import type { Entry } from '../cluster/backend.ts';
import { Jid } from '../jid/jid.ts';
import type { Log } from '../logging/log.ts';
import type { StreamFeature } from '../stream/interface.ts';
import type { Stanza } from '../xml/stanza.ts';
import type { ClientHost } from './client-host.ts';
import { Contributions } from './contributions.ts';
import type { DeliveryRule } from './delivery.ts';
import { Disco } from './disco.ts';
import type { CoreEvents, EventName, HostEvents } from './events.ts';
import { Hook } from './hook.ts';
import { IqTable } from './iq-table.ts';
import { ModuleLoader } from './loader.ts';
import { Operations } from './operations.ts';
import { Permissions } from './permissions.ts';
import type { Server } from './server.ts';
import { Services } from './services.ts';
import type { Sessions } from './sessions.ts';
import type { StanzaEvent, StanzaKind } from './stanza-event.ts';

/** How one host is configured. */
export interface HostConfig {
  /** Canonical domain. */
  readonly domain: string;
  /** `host` has accounts; `component` is served by a module. */
  readonly kind: 'host' | 'component';
  /** Modules to load, in any order. */
  readonly modules: readonly string[];
  /** Options by Prosody's names; values are checked by the modules' schemas. */
  readonly options: Readonly<Record<string, unknown>>;
}

type Hooks = { readonly [N in keyof CoreEvents]: Hook<CoreEvents[N]> };

/** One domain of the server. What modules register on it, the module loader takes back. */
export class Host {
  readonly server: Server;
  readonly domain: string;
  /** The domain as an address. */
  readonly jid: Jid;
  readonly kind: 'host' | 'component';
  #config: HostConfig;
  readonly log: Log;
  /** The host's own events, as fields: the hot path looks up nothing by name. */
  readonly hooks: Hooks;
  readonly #moduleHooks = new Map<string, unknown>();
  readonly iqs = new IqTable();
  /** Which resources get what: one rule per kind of stanza. */
  readonly rules = new Map<StanzaKind, DeliveryRule>();
  readonly disco = new Disco();
  readonly services: Services;
  readonly contributions = new Contributions();
  /** Caches of the modules, each with the module's name. */
  readonly caches = new Map<{ readonly length: number; readonly size: number }, string>();
  readonly permissions: Permissions;
  readonly operations: Operations;
  readonly modules: ModuleLoader;
  /** Set while clients may connect to this host. */
  clients: ClientHost | undefined;
  #streamFeatures: readonly StreamFeature[] = [];

  constructor(server: Server, config: HostConfig) {
    const jid = Jid.parse(config.domain);
    if (jid === undefined || jid.local !== undefined || jid.resource !== undefined) {
      throw new Error(`"${config.domain}" is not a valid domain`);
    }
    this.server = server;
    this.jid = jid;
    this.domain = jid.domain;
    this.kind = config.kind;
    this.#config = config;
    this.log = server.log.child({ host: this.domain });
    this.services = new Services(server.services);
    this.permissions = new Permissions(this.domain, config.options);
    this.operations = new Operations(server.log.child({ audit: true }), this.permissions);
    this.modules = new ModuleLoader(this);
    this.hooks = makeHooks(this.#report);
  }

  /** How it is configured now; modules have what they read of it when they were set up. */
  get config(): HostConfig {
    return this.#config;
  }

  /** Take another configuration of the same domain and kind; modules read it when they are set up the next time. */
  configure(config: HostConfig): void {
    this.#config = config;
    this.permissions.configure(config.options);
  }

  /** Plug-ins of this host's client streams, in the order in which they are offered. */
  get streamFeatures(): readonly StreamFeature[] {
    return this.#streamFeatures;
  }

  /** Add a plug-in; the returned function removes it. */
  addStreamFeature(feature: StreamFeature): () => void {
    this.#streamFeatures = [...this.#streamFeatures, feature];
    return () => {
      this.#streamFeatures = this.#streamFeatures.filter((other) => other !== feature);
    };
  }

  /** The handlers of any event, made at first use for those that modules declare. */
  hook<N extends EventName>(name: N): Hook<HostEvents[N]> {
    // Both maps hold under a name only what was made for that name.
    if (Object.hasOwn(this.hooks, name)) return this.hooks[name as keyof CoreEvents] as unknown as Hook<HostEvents[N]>;
    const found = this.#moduleHooks.get(name);
    if (found !== undefined) return found as Hook<HostEvents[N]>;
    const made = new Hook<HostEvents[N]>(this.#report);
    this.#moduleHooks.set(name, made);
    return made;
  }

  readonly #report = (error: unknown, module: string): void => {
    this.log.error({ err: error, module }, 'event handler failed');
  };

  get sessions(): Sessions {
    return this.server.sessions;
  }

  /** Hand a stanza to a session found by `sessions.of`: true if it took it. */
  deliver(entry: Entry, stanza: Stanza): boolean | Promise<boolean> {
    return this.server.sessions.deliver(entry, stanza);
  }
}

const isStopped = (event: StanzaEvent): boolean => event.stopped;

function makeHooks(report: (error: unknown, module: string) => void): Hooks {
  return {
    'stanza/outgoing': new Hook(report, isStopped),
    'stanza/incoming': new Hook(report, isStopped),
    'stanza/sent': new Hook(report),
    'stanza/delivered': new Hook(report),
    'stanza/undelivered': new Hook(report, isStopped),
    'session/deliver': new Hook(report),
    'session/bound': new Hook(report),
    'session/closed': new Hook(report),
    'session/signal': new Hook(report),
    'presence/broadcast': new Hook(report),
    'user/created': new Hook(report),
    'user/deleted': new Hook(report),
    'user/password-changed': new Hook(report),
    'module/loaded': new Hook(report),
    'module/reloaded': new Hook(report),
    'module/unloaded': new Hook(report),
  };
}
