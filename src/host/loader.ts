/** Loads, reloads and unloads the modules of one host. */
import { ConfigError } from '../config/config-error.ts';
import type { Host } from './host.ts';
import { moduleApi, type Carried } from './module-api.ts';
import type { ModuleDefinition } from './module.ts';
import { loadOrder } from './load-order.ts';
import { Registry } from './registry.ts';
import type { ServiceKey } from './services.ts';

/** How long the handlers of a module that was unloaded may go on before its signal is aborted, in milliseconds. */
const GRACE = 5000;

interface Loaded {
  readonly definition: ModuleDefinition;
  readonly registry: Registry;
  readonly carried: Carried;
  readonly abort: AbortController;
}

/** What is to become of the modules of a host. */
export interface ModuleChanges {
  readonly added: readonly ModuleDefinition[];
  /** Names of those to be set up again. */
  readonly changed: readonly string[];
  /** Names of those to be unloaded. */
  readonly removed: readonly string[];
}

/** A module that could not be loaded, unloaded or set up again. */
export interface ModuleFailure {
  readonly module: string;
  readonly reason: string;
}

/** The modules of one host. Changes are made one at a time. */
export class ModuleLoader {
  readonly #host: Host;
  readonly #loaded = new Map<string, Loaded>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(host: Host) {
    this.#host = host;
  }

  /** Names of the modules that are loaded, in load order. */
  get names(): readonly string[] {
    return [...this.#loaded.keys()];
  }

  /** A module that is loaded. */
  definition(name: string): ModuleDefinition | undefined {
    return this.#loaded.get(name)?.definition;
  }

  /** How many things a module has registered; `undefined` if it is not loaded. */
  registrations(name: string): number | undefined {
    return this.#loaded.get(name)?.registry.size;
  }

  /**
   * Load modules, providers of services before those that need them.
   * @throws ConfigError a need that nobody meets, a circle, an option that does not fit, a scope that does not
   */
  load(definitions: readonly ModuleDefinition[]): Promise<void> {
    return this.#alone(async () => {
      const ordered = loadOrder(definitions, (key) => this.#host.services.has(key));
      for (const definition of ordered) await this.#load(definition);
    });
  }

  /**
   * Run `setup` again, with the options as they are now, and swap old for new in one step. Modules that use its
   * services are set up again too. On failure everything stays as it was.
   */
  reload(name: string, definition?: ModuleDefinition): Promise<void> {
    return this.#alone(async () => {
      const old = this.#loaded.get(name);
      if (old === undefined) throw new Error(`module ${name} is not loaded on ${this.#host.domain}`);
      await this.#replace(old, definition ?? old.definition);
      const users = this.#usersOf([old.definition]);
      const ordered = loadOrder(
        users.map((user) => user.definition),
        () => true,
      );
      for (const user of ordered) {
        const present = this.#loaded.get(user.name);
        if (present !== undefined) await this.#replace(present, user);
      }
    });
  }

  /**
   * Go over to other modules: unload those that are `removed`, load those that are `added`, set up those that are
   * `changed` again, and all that use services of any of them. A module that provides what a removed one did takes its
   * place in one step. What fails is told and leaves the module as it was; everything else goes on.
   */
  change({ added, changed, removed }: ModuleChanges): Promise<ModuleFailure[]> {
    return this.#alone(async () => {
      const failures: ModuleFailure[] = [];
      const attempt = async (module: string, work: () => Promise<void>): Promise<void> => {
        try {
          await work();
        } catch (error) {
          failures.push({ module, reason: error instanceof Error ? error.message : String(error) });
        }
      };
      const leaving = removed.flatMap((name) => this.#loaded.get(name) ?? []);
      const again = changed.flatMap((name) => this.#loaded.get(name) ?? []);
      const touched = [...leaving, ...again].map(({ definition }) => definition).concat(added);
      const wanted = new Set<ModuleDefinition>([...added, ...again.map(({ definition }) => definition)]);
      for (const { definition } of this.#usersOf(touched)) wanted.add(definition);
      for (const { definition } of leaving) wanted.delete(definition);
      const successors = new Map<Loaded, ModuleDefinition>();
      for (const old of leaving) {
        const successor = added.find(({ provides = [] }) => provides.some((key) => offers(old.definition, key)));
        if (successor !== undefined) successors.set(old, successor);
      }
      for (const old of leaving.toReversed()) {
        if (!successors.has(old)) await attempt(old.definition.name, () => this.#unload(old));
      }
      for (const definition of loadOrder([...wanted], () => true)) {
        const [old] = [...successors].find(([, successor]) => successor === definition) ?? [];
        const present = old ?? this.#loaded.get(definition.name);
        await attempt(definition.name, () =>
          present === undefined ? this.#load(definition) : this.#replace(present, definition),
        );
      }
      return failures;
    });
  }

  /**
   * Take back everything a module registered.
   * @throws Error if it is not loaded, or another module needs what it provides
   */
  unload(name: string): Promise<void> {
    return this.#alone(async () => {
      const loaded = this.#loaded.get(name);
      if (loaded === undefined) throw new Error(`module ${name} is not loaded on ${this.#host.domain}`);
      const dependent = [...this.#loaded.values()].find(({ definition: { needs = [] } }) =>
        needs.some((key) => offers(loaded.definition, key)),
      );
      if (dependent !== undefined) throw new Error(`module ${dependent.definition.name} needs ${name}`);
      await this.#unload(loaded);
    });
  }

  /** Unload everything, last loaded first. */
  unloadAll(): Promise<void> {
    return this.#alone(async () => {
      for (const [name, loaded] of [...this.#loaded].reverse()) {
        this.#loaded.delete(name);
        this.#retire(loaded);
        loaded.abort.abort();
        await this.#host.hooks['module/unloaded'].emit({ module: name });
      }
    });
  }

  async #load(definition: ModuleDefinition): Promise<void> {
    const { name } = definition;
    if (this.#loaded.has(name)) throw new ConfigError(`module ${name} is loaded already on ${this.#host.domain}`);
    const loaded = await this.#setUp(definition, { values: new Map(), exclusive: new Map() });
    loaded.registry.activate();
    this.#loaded.set(name, loaded);
    await this.#host.hooks['module/loaded'].emit({ module: name });
  }

  async #unload(loaded: Loaded): Promise<void> {
    const { name } = loaded.definition;
    this.#loaded.delete(name);
    this.#retire(loaded);
    await this.#host.hooks['module/unloaded'].emit({ module: name });
  }

  async #replace(old: Loaded, definition: ModuleDefinition): Promise<void> {
    const { name } = old.definition;
    const same = name === definition.name;
    const fresh = await this.#setUp(definition, same ? old.carried : { values: new Map(), exclusive: new Map() });
    old.registry.suspend();
    try {
      fresh.registry.activate();
    } catch (error) {
      old.registry.activate();
      throw error;
    }
    if (!same) this.#loaded.delete(name);
    this.#loaded.set(definition.name, fresh);
    this.#retire(old);
    if (same) return void (await this.#host.hooks['module/reloaded'].emit({ module: name }));
    await this.#host.hooks['module/unloaded'].emit({ module: name });
    await this.#host.hooks['module/loaded'].emit({ module: definition.name });
  }

  async #setUp(definition: ModuleDefinition, carried: Carried): Promise<Loaded> {
    const host = this.#host;
    if (definition.scope !== host.kind) {
      throw new ConfigError(`module ${definition.name} is for a ${definition.scope}, ${host.domain} is a ${host.kind}`);
    }
    const registry = new Registry();
    const abort = new AbortController();
    for (const [action, role] of Object.entries(definition.permissions ?? {})) {
      registry.add(() => host.permissions.declare(`${definition.name}:${action}`, role));
    }
    const options = optionsOf(definition, host);
    try {
      await definition.setup(moduleApi({ definition, host, options, registry, carried, signal: abort.signal }));
    } catch (error) {
      abort.abort();
      registry.deactivate();
      throw error;
    }
    return { definition, registry, carried, abort };
  }

  #retire(loaded: Loaded): void {
    loaded.registry.deactivate();
    setTimeout(() => loaded.abort.abort(), GRACE).unref();
  }

  /** Modules that use services of those, or of each other through these, and are none of those. */
  #usersOf(definitions: readonly ModuleDefinition[]): Loaded[] {
    const found = new Set(definitions);
    const users: Loaded[] = [];
    // One that is added to the set is looked at in its turn.
    for (const provider of found) {
      for (const loaded of this.#loaded.values()) {
        const { needs = [], wants = [] } = loaded.definition;
        if (found.has(loaded.definition) || ![...needs, ...wants].some((key) => offers(provider, key))) continue;
        found.add(loaded.definition);
        users.push(loaded);
      }
    }
    return users;
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}

function offers({ provides = [] }: ModuleDefinition, key: ServiceKey<unknown>): boolean {
  return provides.some(({ name }) => name === key.name);
}

/** The module's options from those of the host, checked by its schema. */
function optionsOf(definition: ModuleDefinition, host: Host): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const key of Object.keys(definition.options.shape)) {
    const value = host.config.options[key];
    if (value !== undefined) given[key] = value;
  }
  const checked = definition.options.safeParse(given);
  if (checked.success) return checked.data;
  const problems = checked.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`${host.domain}: module ${definition.name}: ${problems.join('; ')}`);
}
