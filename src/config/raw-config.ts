/** A configuration as it was written, before anything in it is checked against what there is. */

import type { Notices } from './notice.ts';

/** A value that was set, and where. */
export interface Setting {
  readonly value: unknown;
  /** `file:line` of the option's name. */
  readonly at: string;
  /** `file:line` of what `path` leads to inside the value, or of what is nearest to it. */
  within(path: readonly PropertyKey[]): string;
}

/** Options by name, in the order of the file. */
export type Settings = ReadonlyMap<string, Setting>;

/** A host or a component, and what was set for it alone. */
export interface RawHost {
  /** Canonical domain. */
  readonly domain: string;
  /** The domain as it stands in the file. */
  readonly written?: string;
  readonly kind: 'host' | 'component';
  readonly at: string;
  readonly settings: Settings;
}

/** All of a configuration. */
export interface RawConfig {
  /** Absolute path of the file; relative paths inside it start at its folder. */
  readonly file: string;
  /** Options of all hosts and of the server. */
  readonly settings: Settings;
  /** In the order of the file. */
  readonly hosts: readonly RawHost[];
  /** Take it as Prosody takes its own: what does not fit is a warning, and a default stands in for it. */
  readonly lenient: boolean;
  /** What was noticed while it was read, with `file:line` each. */
  readonly warnings: readonly string[];
  /** What some of the warnings are about. */
  readonly notices?: Notices;
  /** Names that the configuration itself read: they may be variables and no options. */
  readonly variables: ReadonlySet<string>;
}
