/** How the table of environment variables is written. */

/** Where a variable comes from: images by their authors, a guide with compose files, or this server itself. */
export type Source = 'guide' | 'prosody' | 'sarasmiseth' | 'tobi312' | 'ichuan' | 'couplet';

/** How a value is written: its kind, or the words that it may be. */
export type ValueType = ValueKind | readonly string[];

/** Kinds of values. */
export type ValueKind =
  | 'boolean'
  | 'burst'
  | 'components'
  | 'days'
  | 'domain'
  | 'domains'
  | 'gibibytes'
  | 'integer'
  | 'interval'
  | 'list'
  | 'mebibytes'
  | 'modules'
  | 'period'
  | 'port'
  | 'rate'
  | 'secrets'
  | 'size'
  | 'text';

/** Where an option is set: for the server and all hosts, the main host, or the components made of a module. */
export type Place = 'server' | 'host' | 'muc' | 'http_file_share' | 'component';

/** An option, and for a table what inside of it. */
export interface Target {
  readonly where: Place;
  readonly path: readonly [string, ...string[]];
}

/** Which hosts and components there are. */
export type DomainRole =
  'main' | 'hosts' | 'components' | 'external' | 'muc' | 'http_file_share' | 'proxy65' | 'pubsub';

/** What a variable does. */
export type Effect =
  | {
      readonly kind: 'option';
      readonly targets: readonly Target[];
      /** Modules that are loaded where it is set, unless to `false`. */
      readonly modules?: readonly string[];
      /** Gives way to another variable for the same option. */
      readonly weak?: true;
    }
  /** Loads the modules it names, or those not to be loaded. */
  | {
      readonly kind: 'modules';
      readonly where: 'server' | 'muc';
      readonly option: 'modules_enabled' | 'modules_disabled';
    }
  /** Loads these modules, or with `false` does not load them. */
  | { readonly kind: 'group'; readonly modules: readonly string[] }
  | { readonly kind: 'domains'; readonly role: DomainRole }
  | { readonly kind: 'storage'; readonly part: 'kind' | 'driver' }
  | { readonly kind: 'log' }
  /** Is read when the server starts, by whoever needs it. */
  | { readonly kind: 'start' }
  /** Is not read: `different` says why. */
  | { readonly kind: 'none' };

/** A row of the table. */
export interface Variable {
  readonly name: string;
  /** Who has it, with the default there; empty where there is none. */
  readonly sources: Readonly<Partial<Record<Source, string>>>;
  readonly type: ValueType;
  readonly does: Effect;
  readonly meaning: string;
  /** What is not as it is there. */
  readonly different?: string;
}

/** A row. */
export function variable(
  name: string,
  sources: Variable['sources'],
  type: ValueType,
  does: Effect,
  meaning: string,
  different?: string,
): Variable {
  const row = { name, sources, type, does, meaning };
  return different === undefined ? row : { ...row, different };
}

/** Sets an option, or what `path` leads to inside of it. */
export function sets(where: Place, ...path: readonly [string, ...string[]]): Effect {
  return { kind: 'option', targets: [{ where, path }] };
}
