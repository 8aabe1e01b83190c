/** The environment over a configuration, and in the place of one. */
import { join } from 'node:path';
import { ConfigError } from '../config/config-error.ts';
import { applyEnvironment } from '../config/environment/apply-environment.ts';
import { isContainer, namesHosts } from '../config/environment/read-environment.ts';
import { readVariable, type Environment } from '../config/environment/read-variable.ts';
import { isFromEnvironment } from '../config/environment/sections.ts';
import { warningOf, type Notice } from '../config/notice.ts';
import { MODULE_ALIASES, NEEDLESS_MODULES } from '../config/prosody-modules.ts';
import type { RawConfig, RawHost, Setting, Settings } from '../config/raw-config.ts';
import { HOST_OPTIONS, OWN_OPTIONS, SERVER_OPTIONS } from './core-options.ts';
import { MODULE_NAMES, expandModules, findModule } from './modules.ts';

/** Where images have their configuration, and their data. */
const CONTAINER = { folder: '/etc/prosody', data: '/var/lib/prosody' };

/** Folder of data elsewhere, from the current one on. */
const DATA = 'data';

/** The configuration with what the environment says; what it says of modules that are not there yet is a warning. */
export async function withEnvironment(raw: RawConfig, environment: Environment = process.env): Promise<RawConfig> {
  const applied = applyEnvironment(raw, environment);
  // A configuration as Prosody reads it is translated anyway, whoever said what.
  return applied === raw || applied.lenient ? applied : new Available(await optionNames()).keep(applied);
}

/**
 * A configuration that stands in the environment alone.
 * @throws ConfigError it names no host, or a variable cannot be used
 */
export async function environmentConfig(environment: Environment = process.env): Promise<RawConfig> {
  if (!namesHosts(environment)) throw new ConfigError('the environment names no host to serve: set PROSODY_DOMAIN');
  const container = isContainer(environment);
  const data = readVariable(environment, 'PROSODY_DATADIR')?.value ?? (container ? CONTAINER.data : DATA);
  const folder = container ? CONTAINER.folder : process.cwd();
  const at = 'no configuration file';
  return withEnvironment(
    {
      // Its folder is where relative paths start.
      file: join(folder, 'environment'),
      settings: new Map([
        ['data_path', { value: data, at, within: () => at }],
        // As the images write it.
        ['log_format', { value: 'text', at, within: () => at }],
      ]),
      hosts: [],
      lenient: false,
      warnings: [],
      variables: new Set(),
    },
    environment,
  );
}

/** Takes what is not there yet out of what the environment says. */
class Available {
  readonly #options: ReadonlySet<string>;
  readonly #notices = new Map<string, Notice>();

  constructor(options: ReadonlySet<string>) {
    this.#options = options;
  }

  keep(raw: RawConfig): RawConfig {
    const settings = this.#settings(raw.settings);
    const hosts = raw.hosts
      .filter((host) => this.#served(host))
      .map((host) => ({ ...host, settings: this.#settings(host.settings) }));
    return {
      ...raw,
      settings,
      hosts,
      warnings: [...raw.warnings, ...this.#notices.keys()],
      notices: new Map([...(raw.notices ?? []), ...this.#notices]),
    };
  }

  #warn(at: string, text: string, id: string): void {
    this.#notices.set(warningOf({ at, text }), { id, at, text });
  }

  #served({ domain, kind, at, settings }: RawHost): boolean {
    const module = String(settings.get('module')?.value);
    if (kind === 'host' || !isFromEnvironment(at) || MODULE_NAMES.includes(module)) return true;
    this.#warn(at, `${domain} is not served: the module ${module} is not there yet`, 'component-not-built');
    return false;
  }

  #settings(settings: Settings): Settings {
    const kept = new Map<string, Setting>();
    for (const [name, setting] of settings) {
      if (name === 'modules_enabled' || name === 'modules_disabled') {
        kept.set(name, this.#modules(setting, name === 'modules_disabled'));
      } else if (this.#options.has(name) || !isFromEnvironment(setting.at)) kept.set(name, setting);
      else this.#warn(setting.at, `${name} has no meaning yet and is ignored`, 'option-not-built');
    }
    return kept;
  }

  #modules(setting: Setting, quiet: boolean): Setting {
    const given: readonly unknown[] = Array.isArray(setting.value) ? setting.value : [];
    const kept: { readonly name: unknown; readonly at: string }[] = [];
    for (const [index, value] of given.entries()) {
      const at = setting.within([index]);
      const name = isFromEnvironment(at) ? this.#named(String(value), at, quiet) : value;
      if (name !== undefined) kept.push({ name, at });
    }
    if (!Array.isArray(setting.value)) return setting;
    return {
      value: kept.map(({ name }) => name),
      at: setting.at,
      within: ([index]) => kept[Number(index)]?.at ?? setting.at,
    };
  }

  #named(name: string, at: string, quiet: boolean): string | undefined {
    const known = MODULE_NAMES.includes(name) ? name : (MODULE_ALIASES.get(name) ?? name);
    if (expandModules([known]).every((one) => MODULE_NAMES.includes(one))) return known;
    if (!quiet && !NEEDLESS_MODULES.has(known))
      this.#warn(at, `the module ${known} is not there yet`, 'module-not-built');
    return undefined;
  }
}

async function optionNames(): Promise<ReadonlySet<string>> {
  const modules = await Promise.all(MODULE_NAMES.map(async (name) => (await findModule(name))?.options));
  const schemas = [SERVER_OPTIONS, HOST_OPTIONS, OWN_OPTIONS, ...modules.filter((schema) => schema !== undefined)];
  return new Set(schemas.flatMap(({ shape }) => Object.keys(shape)));
}
