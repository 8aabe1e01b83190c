// Uses `as` once, in `carriedValue`: a map whose values are typed by the module that put them in.
/** Builds the `m` of one module on one host: every verb notes what it does in the module's registry. */
import { Jid } from '../jid/jid.ts';
import { randomId } from '../stanza/ids.ts';
import { StanzaError } from '../stanza/errors.ts';
import { CachedOwners } from '../storage/cached-owners.ts';
import type { Stanza } from '../xml/stanza.ts';
import { ClientHost } from './client-host.ts';
import type { Host } from './host.ts';
import type { IqOptions, ModuleApi, ModuleDefinition } from './module.ts';
import { ModuleOrigin } from './module-origin.ts';
import type { Registry } from './registry.ts';
import { SessionState } from './session-state.ts';
import type { IqTarget } from './iq-table.ts';

/** Longest wait for the answer to a request, in milliseconds, unless the module says otherwise. */
const REQUEST_TIMEOUT = 60_000;

/** Bounds of a cache unless the module says otherwise: owners, and UTF-16 units of encoded values. */
const CACHE_DEFAULTS = { entries: 10_000, size: 8 * 1024 * 1024 };

/** Whoever uses the `m` of a module that is no longer loaded. The sender of the stanza is told to try again. */
export class ModuleUnloaded extends StanzaError {
  constructor(module: string) {
    super('resource-constraint', `Module ${module} was unloaded`);
    this.name = 'ModuleUnloaded';
  }
}

/** What outlives a reload of a module. */
export interface Carried {
  readonly values: Map<string, unknown>;
  /** Tails of the queues of `exclusive`, by owner. */
  readonly exclusive: Map<string, Promise<unknown>>;
}

/** The parts an `m` is made of. */
export interface ModuleParts<O> {
  readonly definition: ModuleDefinition;
  readonly host: Host;
  readonly options: O;
  readonly registry: Registry;
  readonly carried: Carried;
  readonly signal: AbortSignal;
}

/** Make the `m` that is given to `setup`. */
export function moduleApi<O>({ definition, host, options, registry, carried, signal }: ModuleParts<O>): ModuleApi<O> {
  const { name } = definition;
  const { server } = host;
  const log = host.log.child({ module: name });
  const origin = new ModuleOrigin(log, (stanza) => {
    const from = stanza.from === undefined ? undefined : Jid.parse(stanza.from);
    return from !== undefined && server.requests.settle(from, stanza);
  });
  const metric = { host: host.domain };
  const alive = (): void => {
    if (signal.aborted) throw new ModuleUnloaded(name);
  };
  const sender = (stanza: Stanza): { stanza: Stanza; from: Jid } => {
    const from = stanza.from === undefined ? host.jid : Jid.parse(stanza.from);
    if (from === undefined || from.domain !== host.domain) throw new Error(`${name} may only send from ${host.domain}`);
    return { stanza: stanza.from === undefined ? stanza.with({ from: from.toString() }) : stanza, from };
  };

  return {
    name,
    host,
    domain: host.domain,
    options,
    log,
    signal,
    now: () => server.now(),

    on: (event, phase, handler, placement) => registry.add(() => host.hook(event).add(name, phase, handler, placement)),
    emit: (event, payload) => host.hook(event).emit(payload),
    iq: (type, ns, element, handler, given: IqOptions = {}) => {
      for (const target of targets(given.to)) {
        registry.add(() => host.iqs.add(type, ns, element, target, handler));
      }
    },
    delivers: (kind, rule) =>
      registry.add(() => {
        if (host.rules.has(kind)) throw new Error(`${kind} has a delivery rule already`);
        host.rules.set(kind, rule);
        return () => host.rules.delete(kind);
      }),

    feature: (ns, scope = 'host') => registry.add(() => host.disco.addFeature(ns, scope)),
    identity: (identity, scope = 'host') => registry.add(() => host.disco.addIdentity(identity, scope)),
    discoForm: (form, scope = 'host') => registry.add(() => host.disco.addForm(form, scope)),
    discoItem: (item) => registry.add(() => host.disco.addItem(item)),
    streamFeature: (feature) => registry.add(() => host.addStreamFeature(feature)),

    acceptClients: (policy) =>
      registry.add(() => {
        if (host.clients !== undefined) throw new Error('clients are accepted already');
        host.clients = new ClientHost(host, policy);
        return () => (host.clients = undefined);
      }),
    listen: async (service, open) => registry.own(await server.listeners.use(service, host.domain, open)),

    provide: (key, implementation) => {
      if (!listed(definition.provides, key.name))
        throw new Error(`${name} does not declare that it provides ${key.name}`);
      registry.add(() => host.services.provide(key, implementation));
    },
    use: (key) => {
      if (!listed(definition.needs, key.name)) throw new Error(`${name} does not declare that it needs ${key.name}`);
      const found = host.services.find(key);
      if (found === undefined) throw new Error(`${name} needs ${key.name}, which no module provides`);
      return found;
    },
    find: (key) => {
      if (!listed(definition.wants, key.name)) throw new Error(`${name} does not declare that it wants ${key.name}`);
      return host.services.find(key);
    },
    contribute: (key, item) => registry.add(() => host.contributions.add(key, item)),
    each: (key, added, removed) => registry.add(() => host.contributions.watch(key, added, removed)),

    keyed: (store, codec) => server.storage.keyed(host.domain, store, codec),
    map: (store, codec) => server.storage.map(host.domain, store, codec),
    archive: (store) => server.storage.archive(host.domain, store),
    counters: (store) => server.storage.counter(host.domain, store),
    blobs: (store) => server.storage.blob(host.domain, store),
    cached: (store, limits) => {
      const cache = new CachedOwners(store.cacheSource, { ...CACHE_DEFAULTS, ...limits });
      host.caches.set(cache, name);
      registry.own(() => {
        host.caches.delete(cache);
        cache.close();
      });
      return cache;
    },
    unit: () => server.storage.unit(),

    sessionState: (key, initial) => carriedValue(carried, `session ${key}`, () => new SessionState(initial)),
    carry: (key, make) => carriedValue(carried, key, make),
    exclusive: (owner, work) => {
      alive();
      return exclusively(carried.exclusive, owner, work);
    },

    after: (delay, work) => {
      alive();
      const cancel = server.scheduler.after(delay, name, async () => {
        try {
          if (!signal.aborted) await work();
        } finally {
          registry.forget(cancel);
        }
      });
      registry.own(cancel);
    },
    every: (period, task, work) => registry.add(() => server.scheduler.every(period, `${name}/${task}`, work)),
    daily: (task, work) => registry.add(() => server.scheduler.daily(`${host.domain}/${name}/${task}`, work)),

    send: (given) => {
      alive();
      const { stanza, from } = sender(given);
      void server.router.send(origin, host, from, stanza);
    },
    request: (given, { timeout = REQUEST_TIMEOUT } = {}) => {
      alive();
      const { stanza, from } = sender(given.id === undefined ? given.with({ id: randomId() }) : given);
      const { id, to } = stanza;
      const target = to === undefined ? undefined : Jid.parse(to);
      if (id === undefined || target === undefined) throw new StanzaError('jid-malformed');
      const answer = server.requests.expect(from.toString(), target.toString(), id, timeout);
      void server.router.send(origin, host, from, stanza);
      return answer;
    },

    counter: (metricName, help) => server.metrics.counter(`couplet_${name}_${metricName}`, help, metric),
    gauge: (metricName, help) => server.metrics.gauge(`couplet_${name}_${metricName}`, help, metric),
    histogram: (metricName, help, buckets) =>
      server.metrics.histogram(`couplet_${name}_${metricName}`, help, metric, buckets),

    may: async (who, action) => {
      if (definition.permissions?.[action] === undefined) throw new Error(`${name} declares no permission "${action}"`);
      return (await host.permissions.rightsOf(who)).may(`${name}:${action}`);
    },
    operation: (operation) => registry.add(() => host.operations.add(operation)),
    onUnload: (undo) => registry.own(undo),
  };
}

function targets(to: IqOptions['to']): readonly IqTarget[] {
  if (to === undefined) return ['host'];
  return typeof to === 'string' ? [to] : to;
}

function listed(keys: readonly { readonly name: string }[] | undefined, name: string): boolean {
  return keys?.some((key) => key.name === name) === true;
}

/** Work for one owner, one after the other; a failure does not stop those behind it. */
async function exclusively<T>(
  queues: Map<string, Promise<unknown>>,
  owner: string,
  work: () => Promise<T>,
): Promise<T> {
  const before = queues.get(owner);
  const mine = before === undefined ? work() : before.then(work, work);
  queues.set(owner, mine);
  try {
    return await mine;
  } finally {
    if (queues.get(owner) === mine) queues.delete(owner);
  }
}

function carriedValue<T>(carried: Carried, key: string, make: () => T): T {
  if (!carried.values.has(key)) carried.values.set(key, make());
  // A module owns its keys: what is found under one is what the same line of an earlier load made.
  return carried.values.get(key) as T;
}
