/** What the thread that runs a configuration is given, and what it answers. */

import type { Notice } from '../notice.ts';

/** What to run. */
export interface LuaJob {
  /** Absolute path of the configuration. */
  readonly file: string;
  /** Values of environment variables that are not set. */
  readonly defaults: ReadonlyMap<string, string>;
  /** Number of the file and line that run, kept up to date for messages about a program that does not end. */
  readonly place: Int32Array;
}

/** An option as the program left it; places are `#FILE:LINE`, with the number of a file. */
export interface LuaOption {
  readonly name: string;
  readonly value: unknown;
  readonly at: string;
  /** The program itself read the option, so it may be a variable that is not local. */
  readonly read: boolean;
}

/** What was set for all (`global`), for a host or for a component. */
export interface LuaSection {
  readonly kind: 'global' | 'host' | 'component';
  readonly name: string;
  /** What a component is made of; empty where nothing was said. */
  readonly module: string;
  readonly at: string;
  readonly options: readonly LuaOption[];
}

/** What the program did. */
export interface LuaResult {
  readonly sections: readonly LuaSection[];
  readonly warnings: readonly Notice[];
}

/** The thread's only message. */
export interface LuaAnswer {
  /** Paths of all files that were run, the first is number 1. */
  readonly files: readonly string[];
  /** A `LuaResult` as JSON. */
  readonly result?: string;
  readonly error?: string;
}
