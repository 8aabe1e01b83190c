/** Checking what somebody filled in (XEP-0004 v2.13.2 §4, XEP-0122 v1.0.2). */
import { Jid } from '../jid/jid.ts';
import { parseDateTime } from './datetime.ts';
import { StanzaError } from './errors.ts';
import type { DataForm } from './form.ts';
import { compareValues, matchesDatatype } from './form-datatypes.ts';
import type { FieldSpec, FormSpec, Validation } from './form-spec.ts';
import { parseBoolean } from './xml-schema.ts';

/**
 * The values of a submission, by `var`. A getter gives `undefined` for a field that was not sent, which leaves the
 * current value as it is (XEP-0004 §3.5); `has` tells that apart from a field sent without a value (§3.6).
 */
export class Submission {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  /** Was the field sent? */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** Its text; the lines of `text-multi` joined by newlines. */
  text(name: string): string | undefined {
    const values = this.#values.get(name);
    return values === undefined || values.length === 0 ? undefined : values.join('\n');
  }

  /** All its values. */
  list(name: string): readonly string[] | undefined {
    return this.#values.get(name);
  }

  /** Of a `boolean`. */
  flag(name: string): boolean | undefined {
    const value = this.#first(name);
    return value === undefined ? undefined : parseBoolean(value);
  }

  /** Of a whole number; beyond 2^53 rounded. */
  integer(name: string): number | undefined {
    const value = this.#first(name);
    return value === undefined ? undefined : Number(value);
  }

  /** Of xs:dateTime: microseconds since the epoch. */
  instant(name: string): number | undefined {
    const value = this.#first(name);
    return value === undefined ? undefined : parseDateTime(value);
  }

  /** Of `jid-single`. */
  jid(name: string): Jid | undefined {
    const value = this.#first(name);
    return value === undefined ? undefined : Jid.parse(value);
  }

  #first(name: string): string | undefined {
    return this.#values.get(name)?.[0];
  }
}

/**
 * Check a submitted form. Fields that the form does not define are ignored (XEP-0004 §3.1).
 * @throws StanzaError `bad-request` if it is not a submission of this form, `not-acceptable` naming the field whose
 *   value is missing or wrong (§4)
 */
export function readSubmission(spec: FormSpec, form: DataForm): Submission {
  if (form.kind !== 'submit') throw new StanzaError('bad-request', 'not a submitted form');
  if (form.formType !== spec.formType) throw new StanzaError('bad-request', `FORM_TYPE is not ${spec.formType}`);
  const values = new Map<string, readonly string[]>();
  for (const field of spec.fields) {
    if (field.type === 'fixed') continue;
    const sent = form.fields.get(field.var);
    const checked = sent === undefined ? undefined : check(field, sent);
    if (field.required === true && !checked?.some((value) => value !== '')) refuse(field, 'is required');
    if (checked !== undefined) values.set(field.var, checked);
  }
  return new Submission(values);
}

/** The values in their canonical form. An empty value is none, unless the field may hold it. */
function check(field: FieldSpec, sent: readonly string[]): readonly string[] {
  if (sent.length > 1 && !isMulti(field)) refuse(field, 'has more than one value');
  const { validate } = field;
  const given = sent.length === 1 && sent[0] === '' && !mayBeEmpty(field) ? [] : sent;
  switch (field.type) {
    case 'boolean':
      if (given[0] !== undefined && parseBoolean(given[0]) === undefined) refuse(field, 'is neither true nor false');
      return given;
    case 'jid-single':
    case 'jid-multi':
      return canonicalJids(field, given);
    case 'list-single':
    case 'list-multi':
      for (const value of given) if (!isOption(field, value)) refuse(field, 'has a value that is no option');
      checkCount(field, given.length);
      break;
    default:
  }
  if (validate === undefined || given.length === 0) return given;
  for (const value of field.type === 'text-multi' && !isOpen(validate) ? [given.join('\n')] : given) {
    checkValue(field, validate, value);
  }
  return given;
}

function isMulti({ type }: FieldSpec): boolean {
  return type === 'hidden' || type.endsWith('-multi');
}

/** Text without a stricter datatype; a list that has the empty value among its options. */
function mayBeEmpty(field: FieldSpec): boolean {
  if (field.type.startsWith('list-')) return field.options?.some(({ value }) => value === '') ?? false;
  if (field.type === 'boolean' || field.type.startsWith('jid-')) return false;
  return field.validate === undefined || field.validate.datatype === 'xs:string';
}

/** §3.3: valid ones only; whoever is named twice counts once. */
function canonicalJids(field: FieldSpec, given: readonly string[]): string[] {
  const jids = new Set<string>();
  for (const value of given) {
    const jid = Jid.parse(value);
    if (jid === undefined) refuse(field, 'is not a JID');
    jids.add(jid.key);
  }
  return [...jids];
}

function isOption(field: FieldSpec, value: string): boolean {
  if (field.validate !== undefined && isOpen(field.validate)) return true;
  return field.options?.some((option) => option.value === value) ?? false;
}

/** XEP-0122 §3.2: with any other method than `basic` lists and lines are open. */
function isOpen(validation: Validation): boolean {
  return validation.open === true || 'min' in validation || 'max' in validation;
}

function checkCount(field: FieldSpec, count: number): void {
  const range = field.validate?.listRange;
  if (range === undefined || field.type !== 'list-multi') return;
  if (count < (range.min ?? 0)) refuse(field, `needs at least ${range.min} values`);
  if (count > (range.max ?? Infinity)) refuse(field, `has more than ${range.max} values`);
}

function checkValue(field: FieldSpec, validation: Validation, value: string): void {
  if (!matchesDatatype(value, validation.datatype)) refuse(field, `is not ${validation.datatype}`);
  if ('min' in validation && validation.min !== undefined) {
    if (!(compareValues(value, validation.min, validation.datatype) >= 0)) refuse(field, `is below ${validation.min}`);
  }
  if ('max' in validation && validation.max !== undefined) {
    if (!(compareValues(value, validation.max, validation.datatype) <= 0)) refuse(field, `is above ${validation.max}`);
  }
}

function refuse(field: FieldSpec, problem: string): never {
  throw new StanzaError('not-acceptable', `The field ${field.var} ${problem}`);
}
