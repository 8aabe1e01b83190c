/** Modules by Prosody's names: what is here under another name, what is not here, what components get from all. */
import { didYouMean } from '../../config/did-you-mean.ts';
import {
  AUTOLOADED,
  INHERITED,
  MODULE_ALIASES,
  NEEDLESS_MODULES,
  PROSODY_MODULES,
} from '../../config/prosody-modules.ts';
import type { RawHost, Setting } from '../../config/raw-config.ts';
import { MODULE_NAMES, expandModules } from '../modules.ts';
import { namesOf, withValue, type Section, type Warn } from './section.ts';

/** A host whose options are being translated. */
export type OpenHost = Omit<RawHost, 'settings'> & { readonly settings: Section };

/** Offered once, by its component: on a user host it would be there twice. */
const UPLOAD = 'http_file_share';

/** Leaves of the modules that are asked for those that are here. */
export class AvailableModules {
  readonly #warn: Warn;
  readonly #told = new Set<string>();

  constructor(warn: Warn) {
    this.#warn = warn;
  }

  /** Translate the lists of modules. Returns the hosts and components that can be served. */
  apply(global: Section, hosts: readonly OpenHost[]): RawHost[] {
    const served = hosts.filter((host) => this.#served(host));
    const uploads = served.some(({ settings }) => settings.get('module')?.value === UPLOAD);
    this.#list(global, uploads);
    const inherited = namesOf(global.get('modules_enabled')).filter((name) => INHERITED.includes(name));
    for (const { kind, settings, at } of served) {
      this.#list(settings, uploads && kind === 'host');
      if (kind === 'host' || inherited.length === 0) continue;
      const own = settings.get('modules_enabled') ?? { value: [], at, within: () => at };
      settings.set('modules_enabled', withValue(own, [...new Set([...inherited, ...namesOf(own)])]));
    }
    return served;
  }

  #served({ kind, domain, settings }: OpenHost): boolean {
    const setting = settings.get('module');
    if (kind === 'host' || setting === undefined) return true;
    const [module] = this.#named(String(setting.value), setting);
    if (module !== undefined && MODULE_NAMES.includes(module)) {
      settings.set('module', withValue(setting, module));
      return true;
    }
    const missing = module ?? String(setting.value);
    this.#warn(
      setting,
      `${domain} is not served: ${this.#absent(missing)}`,
      PROSODY_MODULES.includes(missing) ? 'component-not-built' : 'component-not-served',
    );
    return false;
  }

  #list(section: Section, uploads: boolean): void {
    for (const option of ['modules_enabled', 'modules_disabled'] as const) {
      const setting = section.get(option);
      if (setting === undefined) continue;
      const names = namesOf(setting).flatMap((name, index) => {
        const here = { at: setting.within([index]) };
        return this.#named(name, here).filter((one) => this.#here(one, here, option));
      });
      const kept = names.filter((name) => !(uploads && option === 'modules_enabled' && name === UPLOAD));
      section.set(option, withValue(setting, [...new Set(kept)]));
    }
  }

  /** What the module is called here; nothing where it is not needed. */
  #named(name: string, place: Pick<Setting, 'at'>): string[] {
    if (NEEDLESS_MODULES.has(name)) {
      this.#once(name, place, `the module ${name} is not needed: what it did is part of the server`, 'module-needless');
      return [];
    }
    const known = MODULE_NAMES.includes(name) ? undefined : MODULE_ALIASES.get(name);
    if (known === undefined) return [name];
    if (MODULE_NAMES.includes(known))
      this.#once(name, place, `the module ${name} is called ${known} now`, 'module-renamed');
    return [known];
  }

  #here(name: string, place: Pick<Setting, 'at'>, option: string): boolean {
    if (expandModules([name]).every((one) => MODULE_NAMES.includes(one))) return true;
    const quiet = option === 'modules_disabled' || AUTOLOADED.includes(name);
    const id = PROSODY_MODULES.includes(name) ? 'module-not-built' : 'module-unknown';
    if (!quiet) this.#once(name, place, this.#absent(name), id);
    return false;
  }

  #absent(name: string): string {
    if (PROSODY_MODULES.includes(name)) return `the module ${name} is not there yet`;
    return `there is no module "${name}"${didYouMean(name, [...MODULE_NAMES, ...PROSODY_MODULES])}`;
  }

  /** Once for a module, however many hosts ask for it. */
  #once(name: string, place: Pick<Setting, 'at'>, text: string, id: string): void {
    if (this.#told.has(name)) return;
    this.#told.add(name);
    this.#warn(place, text, id);
  }
}
