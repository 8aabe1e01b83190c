/** What a module is, and everything it can do: the API that modules are written against. */
import type { z } from 'zod';
import type { Jid } from '../jid/jid.ts';
import type { Log } from '../logging/log.ts';
import type { Counter, Gauge, Histogram } from '../metrics/metrics.ts';
import type { NetListener } from '../net/interface.ts';
import type { CacheSource } from '../storage/cache-source.ts';
import type { CachedOwners, CacheLimits } from '../storage/cached-owners.ts';
import type { ArchiveStore } from '../storage/archive-store.ts';
import type { BlobStore, Codec, CounterStore, KeyedStore, MapStore } from '../storage/stores.ts';
import type { Unit } from '../storage/unit.ts';
import type { StreamFeature } from '../stream/interface.ts';
import type { Element } from '../xml/element.ts';
import type { Stanza } from '../xml/stanza.ts';
import type { BindPolicy } from './bind.ts';
import type { Identity } from './caps.ts';
import type { ListKey } from './contributions.ts';
import type { DeliveryRule } from './delivery.ts';
import type { DiscoItem, DiscoScope } from './disco.ts';
import type { EventName, HostEvents } from './events.ts';
import type { Handler, Placement } from './hook.ts';
import type { Host } from './host.ts';
import type { IqHandler, IqTarget } from './iq-table.ts';
import type { Operation } from './operations.ts';
import type { Role } from './account-role.ts';
import type { Phase } from './phases.ts';
import type { ServiceKey } from './services.ts';
import type { SessionState } from './session-state.ts';
import type { StanzaKind } from './stanza-event.ts';

/** A specification that a module implements. */
export interface XepSupport {
  /** Number, e.g. 199. */
  readonly xep: number;
  /** Version of the text that was followed. */
  readonly version: string;
  /** What is left out, where not all of it is there. */
  readonly note?: string;
}

/** A module: a value that says what it is and registers what it does. Importing it has no effect. */
export interface ModuleDefinition<S extends z.ZodObject = z.ZodObject> {
  /** Prosody's name of the module. */
  readonly name: string;
  /** One sentence for the generated documentation. */
  readonly summary: string;
  readonly xeps: readonly XepSupport[];
  /** Where it may be loaded: on hosts with accounts, or on components. */
  readonly scope: 'host' | 'component';
  /** Services this module provides in `setup`. */
  readonly provides?: readonly ServiceKey<unknown>[];
  /** Services without which it cannot be loaded. */
  readonly needs?: readonly ServiceKey<unknown>[];
  /** Services it uses if they are there: their providers are loaded first. */
  readonly wants?: readonly ServiceKey<unknown>[];
  /** Options by Prosody's names: type, default, limits and description. */
  readonly options: S;
  /** Actions this module asks `m.may` about, with the least role that may do them by default. */
  readonly permissions?: Readonly<Record<string, Role>>;
  /**
   * Register everything. Nothing takes effect until `setup` has returned; at unload all of it is taken back.
   */
  setup(m: ModuleApi<z.infer<S>>): void | Promise<void>;
}

/** Declare a module. */
export function defineModule<S extends z.ZodObject>(definition: ModuleDefinition<S>): ModuleDefinition<S> {
  return definition;
}

/** Options of a request that a module sends. */
export interface RequestOptions {
  /** Milliseconds to wait for the answer; 60 000 by default. */
  readonly timeout?: number;
}

/** A store over which there can be a cache. */
interface Cacheable<T extends {} | null> {
  readonly cacheSource: CacheSource<T>;
}

/** Where a request must be addressed for a handler to get it; `host` by default. */
export interface IqOptions {
  readonly to?: IqTarget | readonly IqTarget[];
}

/** What `setup` gets. Everything registered through it lives until the module is unloaded or reloaded. */
export interface ModuleApi<O = unknown> {
  readonly name: string;
  readonly host: Host;
  /** The host's canonical domain. */
  readonly domain: string;
  /** Checked and complete. */
  readonly options: O;
  readonly log: Log;
  /** Aborted some time after the module was unloaded; give it to whatever is awaited. */
  readonly signal: AbortSignal;
  /** Microseconds since 1970. */
  now(): number;

  /** Handle an event in a phase. A handler that waits for nothing returns nothing. */
  on<N extends EventName>(event: N, phase: Phase, handler: Handler<HostEvents[N]>, placement?: Placement): void;
  /** Raise an event. */
  emit<N extends EventName>(event: N, payload: HostEvents[N]): void | Promise<void>;
  /** Answer requests with that payload. */
  iq(type: 'get' | 'set', ns: string, name: string, handler: IqHandler, options?: IqOptions): void;
  /** Decide which resources of an account (or what of a component) get stanzas of a kind. One module per kind. */
  delivers(kind: StanzaKind, rule: DeliveryRule): void;

  /** Announce a feature in service discovery, of the host or of its accounts. */
  feature(ns: string, scope?: DiscoScope): void;
  identity(identity: Identity, scope?: DiscoScope): void;
  /** Add a form (XEP-0128), built anew for each answer. */
  discoForm(form: () => Element, scope?: DiscoScope): void;
  discoItem(item: DiscoItem): void;
  /** Add a plug-in to the client streams of this host: a stream feature, or first-level elements it handles. */
  streamFeature(feature: StreamFeature): void;

  /** Let clients connect to this host. One module does. */
  acceptClients(policy: BindPolicy): void;
  /**
   * Share a network service: opened by the module of the first host that asks, once the server is up, closed with the
   * last. `open` is given the listener that there is when that module is set up again, and changes it.
   */
  listen(service: string, open: (present: NetListener | undefined) => Promise<NetListener>): Promise<void>;

  /** Provide a service that `provides` names. */
  provide<T>(key: ServiceKey<T>, implementation: T): void;
  /** A service that `needs` names. */
  use<T>(key: ServiceKey<T>): T;
  /** A service that `wants` names, if it is there. */
  find<T>(key: ServiceKey<T>): T | undefined;
  contribute<T>(key: ListKey<T>, item: T): void;
  /** See every item of a list that is there or comes, and every one that goes. */
  each<T>(key: ListKey<T>, added: (item: T) => void, removed: (item: T) => void): void;

  /** Stores of this host, under Prosody's name where it has such a store, else one that starts with the module's. */
  keyed<T extends {}>(name: string, codec: Codec<T>): KeyedStore<T>;
  map<T extends {}>(name: string, codec: Codec<T>): MapStore<T>;
  archive(name: string): ArchiveStore;
  counters(name: string): CounterStore;
  blobs(name: string): BlobStore;
  /** A view on a keyed or map store that answers at once when warm. */
  cached<T extends {} | null>(store: Cacheable<T>, limits?: Partial<CacheLimits>): CachedOwners<T>;
  /** For writes that no stanza or operation causes; submit it yourself. */
  unit(): Unit;

  /** A value per session, which survives a reload. */
  sessionState<T>(key: string, initial: () => T): SessionState<T>;
  /** A value that survives a reload. */
  carry<T>(key: string, make: () => T): T;
  /** Run alone among all `exclusive` calls of this module for that owner. */
  exclusive<T>(owner: string, work: () => Promise<T>): Promise<T>;

  /** Once, after that many milliseconds. */
  after(delay: number, work: () => void | Promise<void>): void;
  /** Again and again, that many milliseconds apart; never while the last run is going on. */
  every(period: number, name: string, work: () => void | Promise<void>): void;
  /** Once a day, on one node of a cluster. */
  daily(name: string, work: () => void | Promise<void>): void;

  /** Send a stanza from the host or one of its addresses; `from` defaults to the host. */
  send(stanza: Stanza): void;
  /** Send a request and await its result; rejects with a `StanzaError`. */
  request(iq: Stanza, options?: RequestOptions): Promise<Stanza>;

  /** Metrics; the labels `host` is added. */
  counter(name: string, help: string): Counter;
  gauge(name: string, help: string): Gauge;
  histogram(name: string, help: string, buckets: readonly number[]): Histogram;

  /** May they do what `permissions` declares? */
  may(who: Jid, action: string): Promise<boolean>;
  /** Define a management operation. */
  operation<I extends z.ZodObject, R extends z.ZodType>(operation: Operation<I, R>): void;
  /** For foreign resources only: what was registered through `m` is undone without it. Called too if `setup` fails. */
  onUnload(undo: () => void): void;
}
