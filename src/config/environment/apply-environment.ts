/** Lays the environment over a configuration. */
import { warningOf, type Notice } from '../notice.ts';
import type { RawConfig } from '../raw-config.ts';
import { Domains } from './domains.ts';
import { readEnvironment, type Given, type GivenVariables } from './read-environment.ts';
import type { Environment } from './read-variable.ts';
import { append, isFromEnvironment, placeOf, put, without, type OpenHost, type OpenSettings } from './sections.ts';
import { putStorage } from './storage.ts';
import type { Effect, Place } from './variable.ts';

/** Modules by which a component is known that is meant by a place, old names included. */
const COMPONENTS: Readonly<Record<Exclude<Place, 'server' | 'host'>, readonly string[]>> = {
  muc: ['muc'],
  http_file_share: ['http_file_share', 'http_upload'],
  component: ['component'],
};

/** Options whose value below a host in a file does not stand in the way of the one above: it is ignored, or adds to it. */
const NO_EXCEPTIONS = ['log', 'storage', 'default_storage', 'sql', 'admins'];

/**
 * The configuration with what the environment says. Of what both say, the environment is right; what a file says for one
 * host stays for that host. Where the file names no hosts the environment makes them.
 * @throws ConfigError a value that cannot be used, one that cannot be read, or two for one thing
 */
export function applyEnvironment(raw: RawConfig, environment: Environment): RawConfig {
  const variables = readEnvironment(environment);
  if (variables.given.length === 0 && variables.unknown.size === 0) return raw;
  return new Overlay(raw, variables).apply();
}

class Overlay {
  readonly #raw: RawConfig;
  readonly #variables: GivenVariables;
  readonly #domains: Domains;
  readonly #global: OpenSettings;
  readonly #hosts: readonly OpenHost[];
  readonly #notices = new Map<string, Notice>();

  constructor(raw: RawConfig, variables: GivenVariables) {
    this.#raw = raw;
    this.#variables = variables;
    this.#domains = new Domains(variables.given);
    this.#global = new Map(raw.settings);
    this.#hosts =
      raw.hosts.length === 0
        ? this.#domains.make()
        : raw.hosts.map((host) => ({ ...host, settings: new Map(host.settings) }));
  }

  apply(): RawConfig {
    const { given, unknown } = this.#variables;
    for (const [name, hint] of unknown) {
      // A program may read variables of its own.
      if (!this.#raw.lenient || hint !== '')
        this.#warn(name, `nothing reads such a variable${hint}`, 'variable-unknown');
    }
    const { main } = this.#domains;
    if (main !== undefined && !this.#hosts.some(({ domain }) => domain === main.domain)) {
      this.#warn(
        main.from,
        `${main.domain} is none of the hosts in ${this.#raw.file}, which are served alone`,
        'domain-not-served',
      );
    }
    // What gives way to others comes first.
    for (const one of given.toSorted((a, b) => Number(isWeak(b.does)) - Number(isWeak(a.does)))) this.#take(one);
    putStorage(this.#global, given, this.#raw.lenient);
    return {
      ...this.#raw,
      settings: this.#global,
      hosts: this.#hosts,
      warnings: [...this.#raw.warnings, ...this.#notices.keys()],
      notices: new Map([...(this.#raw.notices ?? []), ...this.#notices]),
    };
  }

  #take({ does, value, from }: Given): void {
    switch (does.kind) {
      case 'option':
        for (const { where, path } of does.targets) {
          for (const section of this.#sections(where, does.weak === true ? undefined : from))
            put(section, path, value, from);
          if (where === 'server') this.#tellExceptions(path[0], from);
        }
        if (value !== false && does.modules !== undefined) this.#load(does.modules, from);
        break;
      case 'modules':
        for (const section of this.#sections(does.where, from)) {
          const names = Array.isArray(value) ? value.map(String) : [];
          if (does.where === 'server' && does.option === 'modules_enabled') this.#load(names, from);
          else append(section, does.option, names, from);
        }
        break;
      case 'group':
        if (value === true) this.#load(does.modules, from);
        else append(this.#global, 'modules_disabled', does.modules, from);
        break;
      case 'log':
        put(this.#global, ['log'], { [String(value)]: '*console' }, from);
        break;
      default:
    }
  }

  /** Modules of all hosts, besides those that a host has of itself. */
  #load(names: readonly string[], from: string): void {
    for (const { settings } of [{ settings: this.#global }, ...this.#hosts])
      without(settings, 'modules_disabled', names);
    if (this.#global.has('modules_enabled')) append(this.#global, 'modules_enabled', names, from);
    else
      for (const { kind, settings } of this.#hosts)
        if (kind === 'host') append(settings, 'modules_enabled', names, from);
  }

  /** @param from who is told that there are none; nobody if `undefined` */
  #sections(where: Place, from: string | undefined): OpenSettings[] {
    if (where === 'server') return [this.#global];
    if (where === 'host') {
      const all = this.#hosts.filter(({ kind }) => kind === 'host');
      const main = all.find(({ domain }) => domain === this.#domains.main?.domain) ?? all[0];
      return main === undefined ? [] : [main.settings];
    }
    const found = this.#hosts.filter(({ settings }) =>
      COMPONENTS[where].includes(String(settings.get('module')?.value)),
    );
    if (found.length === 0 && from !== undefined)
      this.#warn(from, `it has no effect: no component is made of the module ${where}`, 'variable-without-effect');
    const own = where === 'component' ? found.filter(({ settings }) => !settings.has('component_secret')) : found;
    return own.map(({ settings }) => settings);
  }

  #tellExceptions(option: string, from: string): void {
    if (NO_EXCEPTIONS.includes(option)) return;
    for (const { domain, settings } of this.#hosts) {
      const own = settings.get(option);
      if (own === undefined || isFromEnvironment(own.at)) continue;
      this.#warn(from, `${domain} sets ${option} itself, which stays: ${own.at}`, 'variable-without-effect');
    }
  }

  #warn(from: string, text: string, id: string): void {
    const at = placeOf(from);
    this.#notices.set(warningOf({ at, text }), { id, at, text });
  }
}

function isWeak(does: Effect): boolean {
  return does.kind === 'option' && does.weak === true;
}
