/** What a server has made of a configuration, told in one way for both. */

/** A domain that it serves. */
export interface Domain {
  readonly domain: string;
  readonly kind: 'host' | 'component';
}

/** All that is compared. */
export interface Facts {
  readonly domains: readonly Domain[];
  /** Names of the modules on a domain. */
  readonly modules: ReadonlyMap<string, readonly string[]>;
  /** `SERVICE PORT` */
  readonly ports: readonly string[];
  /** Options by `DOMAIN OPTION`; with `*` for the domain where it is for the whole server. */
  readonly options: ReadonlyMap<string, Option>;
}

/** An option. */
export interface Option {
  /** `undefined` for none. */
  readonly value: unknown;
  /** The modules that ask for it; none where the server itself does. */
  readonly modules: readonly string[];
  /** The configuration says it, so that no default can be the reason for a difference. */
  readonly isSet: boolean;
}
