/** Which hosts and components there are, where variables say so. */
import type { RawHost } from '../raw-config.ts';
import type { Part } from './parse-value.ts';
import type { Given } from './read-environment.ts';
import { append, placeOf, put, type OpenHost } from './sections.ts';
import type { DomainRole } from './variable.ts';

/** What a component is called in front of the main host, by the module it is made of. */
const NAMES = { muc: 'conference', http_file_share: 'upload', proxy65: 'proxy', pubsub: 'pubsub' } as const;

/** Modules of a component for rooms. */
const ROOM_MODULES = ['muc_mam'];

/** Reads the variables about domains. */
export class Domains {
  readonly #given: readonly Given[];

  constructor(given: readonly Given[]) {
    this.#given = given;
  }

  /** The main host, if a variable names it. */
  get main(): { readonly domain: string; readonly from: string } | undefined {
    const [one] = this.#of('main');
    return one === undefined ? undefined : { domain: String(one.value), from: one.from };
  }

  /** The hosts and components, none of which stands in a file. The main one is the first. */
  make(): OpenHost[] {
    const hosts = new Map<string, OpenHost>();
    const add = (domain: string, kind: RawHost['kind'], from: string, module?: string): OpenHost => {
      const made: OpenHost = { domain, kind, at: placeOf(from), settings: new Map() };
      if (module !== undefined) put(made.settings, ['module'], module, from);
      if (!hosts.has(domain)) hosts.set(domain, made);
      return made;
    };
    const { main } = this;
    if (main !== undefined) add(main.domain, 'host', main.from);
    for (const { value, from } of this.#of('hosts')) {
      for (const domain of Array.isArray(value) ? value : []) add(String(domain), 'host', from);
    }
    for (const { value, from } of this.#of('components')) {
      for (const [domain, module] of partsOf(value)) add(domain, 'component', from, module);
    }
    for (const { value, from } of this.#of('external')) {
      for (const [domain, secret] of partsOf(value)) {
        const { settings } = add(domain, 'component', from, 'component');
        if (secret !== undefined) put(settings, ['component_secret'], secret, from);
      }
    }
    if (this.#of('components').length === 0) this.#usual(add);
    return [...hosts.values()];
  }

  /** The components that go with a main host. */
  #usual(add: (domain: string, kind: 'component', from: string, module: string) => OpenHost): void {
    const { main } = this;
    for (const [module, name] of Object.entries(NAMES)) {
      const [named] = this.#of(roleOf(module));
      const from = named?.from ?? this.#wants(module);
      if (from === undefined || (named === undefined && main === undefined)) continue;
      const domain = typeof named?.value === 'string' ? named.value : `${name}.${main?.domain}`;
      const { settings } = add(domain, 'component', from, module);
      if (module === 'muc') append(settings, 'modules_enabled', ROOM_MODULES, from);
    }
  }

  /** The variable for whose sake there is such a component: images whose hosts are named by `DOMAIN` have all of them. */
  #wants(module: string): string | undefined {
    const { main } = this;
    if (module === 'muc' || main?.from.startsWith('DOMAIN') === true) return main?.from;
    const http = this.#given.find(({ from, value }) => from.startsWith('PROSODY_ENABLE_HTTP') && value === true);
    return module === 'http_file_share' ? http?.from : undefined;
  }

  #of(role: DomainRole): Given[] {
    return this.#given.filter(({ does }) => does.kind === 'domains' && does.role === role);
  }
}

function roleOf(module: string): DomainRole {
  return module === 'muc' || module === 'http_file_share' || module === 'proxy65' ? module : 'pubsub';
}

function partsOf(value: unknown): readonly Part[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.filter((one): one is Part => Array.isArray(one));
}
