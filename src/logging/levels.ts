/** Levels of the log in Prosody's names, and sets of them. */

/** The levels of events, the least first. */
export const EVENT_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** The level of one event. */
export type EventLevel = (typeof EVENT_LEVELS)[number];

/** What can be asked for as the least level; `silent` writes nothing. */
export const LOG_LEVELS = [...EVENT_LEVELS, 'silent'] as const;

/** Least level that is written. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A set of levels: the sum of their bits. */
export type LevelSet = number;

/** The bit of each level. */
export const LEVEL_BIT = { debug: 1, info: 2, warn: 4, error: 8 } as const;

const ALL: LevelSet = 15;

/** That level and all above it; with `max` none above that. */
export function levelsFrom(min: LogLevel, max: EventLevel = 'error'): LevelSet {
  if (min === 'silent') return 0;
  return ALL & -LEVEL_BIT[min] & (2 * LEVEL_BIT[max] - 1);
}

/** The set of these. */
export function levelsOf(levels: readonly EventLevel[]): LevelSet {
  return levels.reduce((set, level) => set | LEVEL_BIT[level], 0);
}

/** The levels in a set, the least first. */
export function levelNames(set: LevelSet): EventLevel[] {
  return EVENT_LEVELS.filter((level) => (set & LEVEL_BIT[level]) !== 0);
}
