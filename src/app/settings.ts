/** Checks a configuration against the modules that there are, and makes of it what a server is started with. */
import type { z } from 'zod';
import { ConfigError } from '../config/config-error.ts';
import { didYouMean } from '../config/did-you-mean.ts';
import { warningOf, type Notice } from '../config/notice.ts';
import { oneLine } from '../config/one-line.ts';
import type { RawConfig, RawHost, Setting, Settings } from '../config/raw-config.ts';
import type { HostConfig } from '../host/host.ts';
import type { ModuleDefinition } from '../host/module.ts';
import { PROSODY_OPTIONS } from '../config/prosody-options.ts';
import { exactIssue } from './exact-issue.ts';
import { HOST_OPTIONS, OWN_OPTIONS, SERVER_OPTIONS } from './core-options.ts';
import { MODULE_NAMES, expandModules, findModule } from './modules.ts';
import { modulesOf } from './profile.ts';
import { fitValues } from './prosody/fit-values.ts';
import { sqliteDatabaseOf } from './prosody/existing-data.ts';
import { translate } from './prosody/translate.ts';
import { serverOptions } from './server-options.ts';
import type { ServerSettings } from './server-settings.ts';

/**
 * Check a configuration.
 * @throws ConfigError all that is wrong, a line each, with `file:line`
 */
export async function settingsOf(raw: RawConfig): Promise<ServerSettings> {
  if (!raw.lenient) return new Checker(raw).check();
  return { ...(await new Checker(translate(raw)).check()), prosodyDatabase: sqliteDatabaseOf(raw) };
}

class Checker {
  readonly #raw: RawConfig;
  /** What is wrong; a set, because several hosts may stumble over one line. */
  readonly #problems = new Set<string>();
  readonly #warnings = new Set<string>();
  readonly #notices: Map<string, Notice>;
  /** Names of options that a module on some host takes. */
  readonly #used = new Set<string>();

  constructor(raw: RawConfig) {
    this.#raw = raw;
    for (const warning of raw.warnings) this.#warnings.add(warning);
    this.#notices = new Map(raw.notices);
  }

  async check(): Promise<ServerSettings> {
    const { file, settings, hosts: all } = this.#raw;
    const server = this.#checked(SERVER_OPTIONS, new Map(settings), file);
    const hosts: HostConfig[] = [];
    const seen = new Set<string>();
    for (const raw of all) {
      if (seen.has(raw.domain)) this.#refuse(`${raw.at}: ${raw.domain} is there already`);
      seen.add(raw.domain);
      const host = await this.#host(raw);
      if (host !== undefined) hosts.push(host);
    }
    if (hosts.length === 0 && this.#problems.size === 0)
      this.#refuse(
        `${file}:1: no host to serve: ${this.#raw.lenient ? 'VirtualHost "example.org"' : 'hosts: {example.org: }'}`,
      );
    this.#checkDisabled();
    await this.#checkNames();
    if (this.#problems.size > 0 || server === undefined) throw new ConfigError([...this.#problems].join('\n'));
    return {
      ...serverOptions(this.#raw, server),
      hosts,
      warnings: [...this.#warnings],
      ...(this.#notices.size > 0 && { notices: this.#notices }),
    };
  }

  #refuse(problem: string): void {
    this.#problems.add(oneLine(problem));
  }

  #warn(at: string, text: string, id?: string): void {
    const warning = warningOf({ at, text });
    this.#warnings.add(warning);
    this.#notices.set(warning, { id: id ?? 'notice', at, text });
  }

  async #host(raw: RawHost): Promise<HostConfig | undefined> {
    const settings = new Map([...this.#raw.settings, ...raw.settings]);
    const common = this.#checked(HOST_OPTIONS, settings, raw.at);
    const own = this.#checked(OWN_OPTIONS, new Map(raw.settings), raw.at);
    if (common === undefined || own === undefined) return undefined;
    if (raw.kind === 'component' && own.module === undefined) {
      this.#refuse(`${raw.at}: ${raw.domain}: "module" says which module the component is made of`);
      return undefined;
    }
    const modules = this.#modules(raw, common.authentication, own.module);
    const definitions = await this.#definitions(raw, settings, modules);
    for (const { options: schema } of definitions) {
      for (const name of Object.keys(schema.shape)) this.#used.add(name);
      this.#checked(schema, settings, `${raw.at}: ${raw.domain}`);
    }
    const options = Object.fromEntries([...settings].map(([name, { value }]) => [name, value]));
    if (raw.settings.has('admins')) {
      // As Prosody's: those at the top are operators of the server, those of a host administer it alone.
      const top = this.#checked(HOST_OPTIONS, new Map(this.#raw.settings), raw.at);
      Object.assign(options, { admins: top?.admins ?? [], host_admins: common.admins });
    }
    return own.enabled ? { domain: raw.domain, kind: raw.kind, modules, options } : undefined;
  }

  #modules(raw: RawHost, authentication: string, made: string | undefined): string[] {
    const { settings } = this.#raw;
    const here = namesIn(raw.settings, 'modules_enabled');
    const disabled = [...namesIn(settings, 'modules_disabled'), ...namesIn(raw.settings, 'modules_disabled')];
    if (made !== undefined) return [made, ...here.filter((name) => !disabled.includes(name))];
    const everywhere = settings.has('modules_enabled') ? namesIn(settings, 'modules_enabled') : undefined;
    return [...modulesOf({ everywhere, here, disabled }), `auth_${authentication}`];
  }

  async #definitions(raw: RawHost, settings: Settings, names: readonly string[]): Promise<ModuleDefinition[]> {
    const found: ModuleDefinition[] = [];
    for (const name of names) {
      const definition = await findModule(name);
      if (definition === undefined) this.#noModule(raw, settings, name);
      else found.push(definition);
    }
    return found;
  }

  #noModule(raw: RawHost, settings: Settings, name: string): void {
    for (const option of ['modules_enabled', 'module'] as const) {
      for (const setting of [raw.settings.get(option), this.#raw.settings.get(option)]) {
        const path = pathTo(setting?.value, name);
        if (setting === undefined || path === undefined) continue;
        this.#refuse(`${setting.within(path)}: there is no module "${name}"${didYouMean(name, MODULE_NAMES)}`);
        return;
      }
    }
    const provider = name.replace(/^auth_/, '');
    const providers = MODULE_NAMES.filter((known) => known.startsWith('auth_')).map((known) =>
      known.slice('auth_'.length),
    );
    const at = settings.get('authentication')?.at ?? raw.at;
    this.#refuse(`${at}: there is no authentication "${provider}"${didYouMean(provider, providers)}`);
  }

  #checkDisabled(): void {
    for (const settings of [this.#raw.settings, ...this.#raw.hosts.map((host) => host.settings)]) {
      for (const [index, name] of namesIn(settings, 'modules_disabled').entries()) {
        if (expandModules([name]).every((one) => MODULE_NAMES.includes(one))) continue;
        const at = settings.get('modules_disabled')?.within([index]) ?? this.#raw.file;
        this.#refuse(`${at}: there is no module "${name}"${didYouMean(name, MODULE_NAMES)}`);
      }
    }
  }

  /** What the options are by a schema; `undefined` if one of them does not fit. */
  #checked<S extends z.ZodObject>(schema: S, settings: Map<string, Setting>, at: string): z.infer<S> | undefined {
    if (this.#raw.lenient) fitValues(schema, settings, ({ at: place }, text, id) => this.#warn(place, text, id));
    const given: Record<string, unknown> = {};
    for (const name of Object.keys(schema.shape)) {
      const value = settings.get(name)?.value;
      if (value !== undefined) given[name] = value;
    }
    const result = schema.safeParse(given);
    if (result.success) return result.data;
    for (const { path, message } of result.error.issues.map(exactIssue)) {
      const setting = settings.get(String(path[0]));
      this.#refuse(`${setting?.within(path.slice(1)) ?? at}: ${path.join('.')}: ${message}`);
    }
    return undefined;
  }

  /** Names that no module and no part of the server knows are mistakes; those of modules that are off most likely too. */
  async #checkNames(): Promise<void> {
    const server = Object.keys(SERVER_OPTIONS.shape);
    const common = Object.keys(HOST_OPTIONS.shape);
    const own = Object.keys(OWN_OPTIONS.shape);
    let owners: ReadonlyMap<string, string> | undefined;
    const check = async (
      settings: Settings,
      known: readonly string[],
      elsewhere: readonly string[],
      hint: string,
    ): Promise<void> => {
      for (const [name, { at, value }] of settings) {
        if (known.includes(name) || this.#used.has(name)) continue;
        owners ??= await optionOwners();
        const owner = owners.get(name);
        if (owner !== undefined && value === false) continue; // not wanted, not there
        if (owner !== undefined)
          this.#warn(at, `${name} has no effect: the module ${owner} is not loaded`, 'option-without-module');
        else if (elsewhere.includes(name)) this.#refuse(`${at}: ${name} ${hint}`);
        else if (this.#raw.lenient) {
          if (PROSODY_OPTIONS.includes(name)) continue;
          const variable = this.#raw.variables.has(name);
          const all = [...known, ...owners.keys(), ...PROSODY_OPTIONS];
          const hint = variable ? ': a variable should be local' : didYouMean(name, all);
          this.#warn(at, `there is no option "${name}"${hint}`, variable ? 'variable-not-local' : 'option-unknown');
        } else {
          const all = [...known, ...owners.keys(), ...elsewhere];
          this.#refuse(`${at}: there is no option "${name}"${didYouMean(name, all)}`);
        }
      }
    };
    await check(this.#raw.settings, [...server, ...common], own, 'is for one host or component');
    for (const host of this.#raw.hosts) {
      await check(
        host.settings,
        [...common, ...own],
        server,
        'is for the whole server: it belongs at the top of the file',
      );
    }
  }
}

/** Module by the name of an option that it takes. */
async function optionOwners(): Promise<ReadonlyMap<string, string>> {
  const owners = new Map<string, string>();
  for (const module of MODULE_NAMES) {
    for (const option of Object.keys((await findModule(module))?.options.shape ?? {})) owners.set(option, module);
  }
  return owners;
}

function namesIn(settings: Settings, option: string): string[] {
  const value = settings.get(option)?.value;
  return Array.isArray(value) ? value.map(String) : [];
}

function pathTo(value: unknown, name: string): readonly number[] | undefined {
  if (value === name) return [];
  const index = Array.isArray(value) ? value.indexOf(name) : -1;
  return index < 0 ? undefined : [index];
}
