/** What was noticed while a configuration was read: told to people as a warning, and to programs by what it is about. */

import { oneLine } from './one-line.ts';

/** A warning, taken apart. */
export interface Notice {
  /** What it is about, such as `option-renamed`; those that differ in names and values alone share one. */
  readonly id: string;
  /** `file:line` */
  readonly at: string;
  readonly text: string;
}

/** Notices by their warnings. */
export type Notices = ReadonlyMap<string, Notice>;

/** The warning. */
export function warningOf({ at, text }: Pick<Notice, 'at' | 'text'>): string {
  return oneLine(`${at}: ${text}`);
}
