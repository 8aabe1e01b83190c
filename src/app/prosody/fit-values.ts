/** Values that are not quite what an option takes, read as Prosody reads them. What cannot be read is left out. */
import { z } from 'zod';
import { withValue, type Section, type Warn } from './section.ts';

/** What stands for "never" where a period has a bound: it is clamped to that. */
const NEVER = Number.MAX_SAFE_INTEGER;

/** Values that are mended one after the other before an option is given up. */
const ROUNDS = 20;

const TRUE: readonly unknown[] = ['true', 1, '1'];
const FALSE: readonly unknown[] = ['false', 0, '0'];

/** What has to be right: a default in its place would open, hide or move something. */
const STRICT: ReadonlySet<string> = new Set(['authentication', 'storage', 'sql', 'insecure_open_authentication']);

type Issue = z.core.$ZodIssue;

/** Make the options fit their schema, as far as they can. */
export function fitValues(schema: z.ZodObject, settings: Section, warn: Warn): void {
  for (const name of Object.keys(schema.shape)) {
    if (!STRICT.has(name) && settings.has(name)) fitOne(schema, name, settings, warn);
  }
}

function fitOne(schema: z.ZodObject, name: string, settings: Section, warn: Warn): void {
  const setting = settings.get(name);
  const field: unknown = schema.shape[name];
  if (setting === undefined || !(field instanceof z.ZodType)) return;
  let value: unknown = structuredClone(setting.value);
  for (let round = 0; round < ROUNDS; round++) {
    const result = field.safeParse(value);
    if (result.success) {
      if (round > 0) settings.set(name, withValue(setting, value));
      return;
    }
    const [issue] = result.error.issues;
    if (issue === undefined) break;
    const { path } = issue;
    const mended = changed(value, path, (inner) => mend(inner, issue));
    if (mended === undefined) {
      warn(
        { at: setting.within(path) },
        `${[name, ...path].join('.')}: ${issue.message}; it is ignored`,
        'value-ignored',
      );
      settings.delete(name);
      return;
    }
    if (issue.code === 'too_big' || issue.code === 'too_small') {
      warn(
        { at: setting.within(path) },
        `${[name, ...path].join('.')}: ${issue.message}; that bound is used`,
        'value-adjusted',
      );
    }
    if (issue.code === 'custom' && mended.value !== NEVER) {
      warn(
        { at: setting.within(path) },
        `${[name, ...path].join('.')}: "m" is taken for months: "min" are minutes`,
        'value-adjusted',
      );
    }
    if (issue.code === 'unrecognized_keys') {
      warn(setting, `${[name, ...path].join('.')}: ${issue.keys.join(', ')}: ignored`, 'value-ignored');
    }
    value = mended.value;
  }
  warn(setting, `${name} cannot be read; it is ignored`, 'value-ignored');
  settings.delete(name);
}

/** The value with what `path` leads to replaced; `undefined` if it cannot be mended. */
function changed(
  value: unknown,
  path: readonly PropertyKey[],
  act: (inner: unknown) => { readonly value: unknown } | undefined,
): { readonly value: unknown } | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return act(value);
  if (typeof value !== 'object' || value === null) return undefined;
  const inner = changed(Reflect.get(value, step), rest, act);
  if (inner === undefined) return undefined;
  if (Array.isArray(value)) return { value: value.map((one: unknown, index) => (index === step ? inner.value : one)) };
  return { value: { ...value, [step]: inner.value } };
}

/** The value as it was meant, by what is wrong with it. */
function mend(value: unknown, issue: Issue): { readonly value: unknown } | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return mendType(value, issue.expected);
    case 'too_big':
      return typeof value === 'number' || typeof value === 'string' ? { value: Number(issue.maximum) } : undefined;
    case 'too_small':
      if (typeof value === 'number' && value < 0 && issue.minimum === 0 && !issue.inclusive) return { value: NEVER };
      return issue.inclusive && typeof value === 'number' ? { value: Number(issue.minimum) } : undefined;
    case 'invalid_value':
      return first(value);
    case 'unrecognized_keys': {
      if (typeof value !== 'object' || value === null) return undefined;
      return { value: Object.fromEntries(Object.entries(value).filter(([key]) => !issue.keys.includes(key))) };
    }
    case 'invalid_union':
      return value === false ? { value: 'never' } : (number(value) ?? first(value));
    case 'custom':
      return value === 'never' ? { value: NEVER } : month(value);
    default:
      return undefined;
  }
}

function mendType(value: unknown, expected: string): { readonly value: unknown } | undefined {
  switch (expected) {
    case 'boolean':
      return TRUE.includes(value) ? { value: true } : FALSE.includes(value) ? { value: false } : first(value);
    case 'number':
    case 'int':
      if (value === false || value === Infinity) return { value: NEVER };
      return number(value) ?? first(value);
    case 'string':
      return typeof value === 'number' ? { value: String(value) } : first(value);
    case 'array':
      return { value: typeof value === 'object' ? [] : [value] };
    case 'object':
    case 'record':
      return Array.isArray(value) && value.length === 0 ? { value: {} } : undefined;
    default:
      return undefined;
  }
}

/** A list where one value is expected: its first. */
function first(value: unknown): { readonly value: unknown } | undefined {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.length === 0 ? undefined : { value: list[0] };
}

function number(value: unknown): { readonly value: unknown } | undefined {
  return typeof value === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(value) ? { value: Number(value) } : undefined;
}

/** "3 m": minutes or months? Prosody takes months. */
function month(value: unknown): { readonly value: unknown } | undefined {
  return typeof value === 'string' && /^\s*\d+\s*m\s*$/i.test(value)
    ? { value: value.replace(/m\s*$/i, 'months') }
    : undefined;
}
