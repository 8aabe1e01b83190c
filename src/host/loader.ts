/** Loads, reloads and unloads the modules of one host. */
import { ConfigError } from '../config/config-error.ts';
import type { Host } from './host.ts';
import { moduleApi, type Carried } from './module-api.ts';
import type { ModuleDefinition } from './module.ts';
import { loadOrder } from './load-order.ts';
import { Registry } from './registry.ts';

/** How long the handlers of a module that was unloaded may go on before its signal is aborted, in milliseconds. */
const GRACE = 5000;

interface Loaded {
  readonly definition: ModuleDefinition;
  readonly registry: Registry;
  readonly carried: Carried;
  readonly abort: AbortController;
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
   * Run `setup` again, with the options as they are now, and swap old for new in one step. Modules that need its
   * services are set up again too. On failure everything stays as it was.
   */
  reload(name: string, definition?: ModuleDefinition): Promise<void> {
    return this.#alone(async () => {
      const old = this.#loaded.get(name);
      if (old === undefined) throw new Error(`module ${name} is not loaded on ${this.#host.domain}`);
      await this.#reload(old, definition ?? old.definition);
      for (const dependent of this.#dependents(old.definition)) await this.#reload(dependent, dependent.definition);
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
      const [dependent] = this.#dependents(loaded.definition);
      if (dependent !== undefined) throw new Error(`module ${dependent.definition.name} needs ${name}`);
      this.#loaded.delete(name);
      this.#retire(loaded);
      await this.#host.hooks['module/unloaded'].emit({ module: name });
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

  async #reload(old: Loaded, definition: ModuleDefinition): Promise<void> {
    const fresh = await this.#setUp(definition, old.carried);
    old.registry.deactivate();
    try {
      fresh.registry.activate();
    } catch (error) {
      old.registry.activate();
      throw error;
    }
    this.#loaded.set(definition.name, fresh);
    this.#retireLater(old);
    await this.#host.hooks['module/reloaded'].emit({ module: definition.name });
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
    this.#retireLater(loaded);
  }

  #retireLater(loaded: Loaded): void {
    setTimeout(() => loaded.abort.abort(), GRACE).unref();
  }

  #dependents({ provides = [] }: ModuleDefinition): Loaded[] {
    const offered = new Set(provides.map((key) => key.name));
    return [...this.#loaded.values()].filter(
      ({ definition }) => definition.needs?.some((key) => offered.has(key.name)) === true,
    );
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
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
