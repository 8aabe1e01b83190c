/** Takes over another configuration while the server runs, without touching connections. */
import { ConfigError } from '../../config/config-error.ts';
import type { HostConfig } from '../../host/host.ts';
import { loadOrder } from '../../host/load-order.ts';
import type { ModuleDefinition } from '../../host/module.ts';
import type { ReloadStep, Server } from '../../host/server.ts';
import type { ServerSettings } from '../server-settings.ts';
import { DONE, describe } from './describe.ts';
import { differenceOf, type Difference, type HostChange } from './difference.ts';

/** Modules that read files which may be others by now. */
const READ_FILES = ['tls'];

/** What a reload works on. */
export interface ReloaderParts {
  readonly server: Server;
  /** The settings that the server was started with. */
  readonly settings: ServerSettings;
  /** Read the settings as they are now. @throws ConfigError */
  readonly read: () => Promise<ServerSettings>;
  /** Take over what belongs to the process and not to a host. @throws ConfigError it cannot be; then nothing was */
  readonly apply: (settings: ServerSettings) => void | Promise<void>;
}

/** Reloads the configuration, one time after the other. */
export class Reloader {
  readonly #server: Server;
  readonly #read: ReloaderParts['read'];
  readonly #apply: ReloaderParts['apply'];
  /** In force. */
  #settings: ServerSettings;
  /** `DOMAIN MODULE` of modules that are not as `#settings` has them. */
  readonly #failed = new Set<string>();
  /** Hosts that are being unloaded. */
  #leaving: Promise<unknown> = Promise.resolve();
  #last: Promise<unknown> = Promise.resolve();

  constructor({ server, settings, read, apply }: ReloaderParts) {
    this.#server = server;
    this.#settings = settings;
    this.#read = read;
    this.#apply = apply;
  }

  /**
   * Take over the configuration as it is now.
   * @param dryRun only tell what that would change
   * @throws ConfigError something is wrong with it: nothing was changed
   */
  run(dryRun: boolean): Promise<readonly ReloadStep[]> {
    const work = (): Promise<readonly ReloadStep[]> => this.#run(dryRun);
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #run(dryRun: boolean): Promise<readonly ReloadStep[]> {
    const next = await this.#read();
    const modules = new Map<string, ModuleDefinition>();
    for (const host of next.hosts) await this.#check(host, modules);
    const difference = differenceOf(this.#settings, next, {
      optionsOf: (name) => Object.keys(modules.get(name)?.options.shape ?? {}),
      always: READ_FILES,
      failed: (place) => this.#failed.has(place),
    });
    if (dryRun) return describe(difference, 'not done yet');
    await this.#apply(next);
    const steps = describe(difference, DONE);
    const results = await this.#server.network.tls.readingOnce(() => this.#change(difference, modules));
    const { hosts, ...others } = next;
    this.#settings = { ...others, hosts: hosts.filter(({ domain }) => !results.has(domain)) };
    this.#tell(next, difference);
    return steps.map((step) => ({ ...step, result: results.get(keyOf(step)) ?? step.result }));
  }

  /** Do the modules of a host fit together? */
  async #check(host: HostConfig, modules: Map<string, ModuleDefinition>): Promise<void> {
    const definitions = await this.#server.definitions(host);
    for (const { name, scope } of definitions) {
      if (scope !== host.kind) throw new ConfigError(`${host.domain}: module ${name} is for a ${scope}`);
    }
    try {
      loadOrder(definitions, (key) => this.#server.services.has(key));
    } catch (error) {
      throw new ConfigError(`${host.domain}: ${error instanceof Error ? error.message : String(error)}`);
    }
    for (const definition of definitions) modules.set(definition.name, definition);
  }

  /** Do all of it; what did not work is returned by `DOMAIN`, or `DOMAIN MODULE`, with the reason. */
  async #change(difference: Difference, modules: ReadonlyMap<string, ModuleDefinition>): Promise<Map<string, string>> {
    await this.#leaving;
    const results = new Map<string, string>();
    const { hostsAdded, hostsRemoved, hostsChanged } = difference;
    const replaced = hostsAdded.map(({ domain }) => domain);
    await Promise.all(hostsRemoved.filter((domain) => replaced.includes(domain)).map((domain) => this.#remove(domain)));
    // New hosts come before others go, so that what all hosts share is not given up in between.
    for (const host of hostsAdded) {
      try {
        await this.#server.activate(host);
      } catch (error) {
        results.set(host.domain, failure(error));
      }
    }
    for (const change of hostsChanged) await this.#changeHost(change, modules, results);
    const leaving = hostsRemoved.filter((domain) => !replaced.includes(domain)).map((domain) => this.#remove(domain));
    // Not awaited: whoever asked for the reload may be connected to one of them.
    this.#leaving = Promise.all(leaving);
    return results;
  }

  async #changeHost(
    { host: config, added, removed, changed }: HostChange,
    modules: ReadonlyMap<string, ModuleDefinition>,
    results: Map<string, string>,
  ): Promise<void> {
    const { domain } = config;
    const host = this.#server.hosts.get(domain);
    if (host === undefined) return this.#server.configureInactive(config);
    host.configure(config);
    const failures = await host.modules.change({
      added: added.flatMap((name) => modules.get(name) ?? []),
      changed: [...changed.keys()],
      removed,
    });
    for (const name of [...added, ...changed.keys(), ...removed]) this.#failed.delete(`${domain} ${name}`);
    for (const { module, reason } of failures) {
      this.#failed.add(`${domain} ${module}`);
      results.set(`${domain} ${module}`, failure(reason));
      host.log.error({ module, reason }, 'a module could not be changed: it goes on as it was');
    }
  }

  async #remove(domain: string): Promise<void> {
    try {
      await this.#server.remove(domain);
    } catch (error) {
      this.#server.log.error({ err: error, host: domain }, 'unloading a host failed');
    }
  }

  #tell({ warnings }: ServerSettings, { restart }: Difference): void {
    const { log } = this.#server;
    for (const notice of warnings) log.warn({ notice }, 'configuration');
    for (const option of restart) log.warn({ option }, 'this option changes with a restart only');
    log.info({}, 'configuration reloaded');
  }
}

function failure(reason: unknown): string {
  return `failed: ${reason instanceof Error ? reason.message : String(reason)}`;
}

function keyOf({ host = '', module }: ReloadStep): string {
  return module === undefined ? host : `${host} ${module}`;
}
