/** Options of one section while they are translated. */
import type { Setting } from '../../config/raw-config.ts';

/** Options by name. */
export type Section = Map<string, Setting>;

/** Tells what is changed, at the place of the option, and by an id what that is about. */
export type Warn = (setting: { readonly at: string }, text: string, id?: string) => void;

/** Another value, in the same place. */
export function withValue(setting: Setting, value: unknown): Setting {
  return { value, at: setting.at, within: (path) => setting.within(path) };
}

/** The texts of a list; one that stands alone is a list of one. */
export function namesOf(setting: Setting | undefined): string[] {
  const value = setting?.value;
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}

/** The members of a table; none if it is no table. */
export function membersOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []);
}
