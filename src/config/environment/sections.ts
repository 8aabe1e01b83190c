/** Options of sections while the environment is laid over them. */
import type { RawHost, Setting } from '../raw-config.ts';

/** Options by name. */
export type OpenSettings = Map<string, Setting>;

/** A host or component whose options can be changed. */
export type OpenHost = Omit<RawHost, 'settings'> & { readonly settings: OpenSettings };

const PREFIX = 'environment ';

/** Where a value from a variable comes from. */
export function placeOf(from: string): string {
  return PREFIX + from;
}

/** Does it come from the environment? */
export function isFromEnvironment(at: string): boolean {
  return at.startsWith(PREFIX);
}

/** Set an option, or what a path leads to inside of it. What else is in such a table stays. */
export function put(section: OpenSettings, path: readonly [string, ...string[]], value: unknown, from: string): void {
  const [name, ...inner] = path;
  const at = placeOf(from);
  const old = section.get(name);
  if (inner.length === 0 || old === undefined) {
    section.set(name, { value: nested(inner, value), at, within: () => at });
    return;
  }
  section.set(name, {
    value: replaced(old.value, inner, value),
    at: both(old.at, from),
    within: (steps) => (inner.every((step, index) => steps[index] === step) ? at : old.within(steps)),
  });
}

/** Add names to a list. */
export function append(section: OpenSettings, name: string, names: readonly string[], from: string): void {
  const old = section.get(name);
  const before: readonly unknown[] = Array.isArray(old?.value) ? old.value : old === undefined ? [] : [old.value];
  const added = names.filter((one) => !before.includes(one));
  if (added.length === 0 && old !== undefined) return;
  const at = placeOf(from);
  section.set(name, {
    value: [...before, ...added],
    at: old === undefined ? at : both(old.at, from),
    within: (steps) => (old === undefined || Number(steps[0]) >= before.length ? at : old.within(steps)),
  });
}

/** Take names from a list. */
export function without(section: OpenSettings, name: string, names: readonly string[]): void {
  const old = section.get(name);
  if (old === undefined || !Array.isArray(old.value)) return;
  const value: readonly unknown[] = old.value;
  const kept = [...value.keys()].filter((index) => !names.includes(String(value[index])));
  if (kept.length === value.length) return;
  section.set(name, {
    value: kept.map((index) => value[index]),
    at: old.at,
    within: ([index, ...steps]) => old.within([kept[Number(index)] ?? 0, ...steps]),
  });
}

/** Both places; several variables are one place. */
function both(at: string, from: string): string {
  return isFromEnvironment(at) || at.includes(` with ${PREFIX}`) ? `${at}, ${from}` : `${at} with ${placeOf(from)}`;
}

function replaced(table: unknown, [step, ...rest]: readonly string[], value: unknown): unknown {
  if (step === undefined) return value;
  const entries = new Map<string, unknown>(isTable(table) ? Object.entries(table) : []);
  entries.set(step, replaced(entries.get(step), rest, value));
  return Object.fromEntries(entries);
}

function nested(path: readonly string[], value: unknown): unknown {
  return replaced(undefined, path, value);
}

function isTable(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
