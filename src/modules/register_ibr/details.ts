/** What somebody tells of himself when he makes an account, beyond name and password (XEP-0077 v2.4 §3.1, §14.1). */
import { z } from 'zod';
import { StanzaError } from '../../stanza/errors.ts';
import type { FieldSpec } from '../../stanza/form-spec.ts';
import { fromZod } from '../../storage/from-zod.ts';

/** Most characters of a field. */
const MAX_LENGTH = 1024;

const LABELS = {
  nick: 'Nickname',
  name: 'Full Name',
  first: 'Given Name',
  last: 'Family Name',
  email: 'Email',
  address: 'Street',
  city: 'City',
  state: 'State',
  zip: 'Postal code',
  phone: 'Telephone number',
  url: 'Webpage',
  date: 'Birth date',
} as const;

/** The names of these fields. */
const DETAILS = Object.freeze([
  'nick',
  'name',
  'first',
  'last',
  'email',
  'address',
  'city',
  'state',
  'zip',
  'phone',
  'url',
  'date',
] as const);

type Detail = (typeof DETAILS)[number];

/** An entry of the option `additional_registration_fields`: a name, with `+` where the field is required. */
export const detailOption = z.enum(DETAILS.flatMap((name) => [name, `${name}+`] as const));

/** When an account was made (microseconds since 1970), and the fields that were filled in. */
export const detailsCodec = fromZod(z.object({ when: z.int(), fields: z.record(z.string(), z.string()) }));

/** The fields that the option asks for, each once. */
export function detailFields(option: readonly z.infer<typeof detailOption>[]): FieldSpec[] {
  const required = new Map<Detail, boolean>();
  for (const entry of option) {
    const name = DETAILS.find((detail) => entry === detail || entry === `${detail}+`);
    if (name !== undefined) required.set(name, required.get(name) === true || entry.endsWith('+'));
  }
  return [...required].map(([name, needed]) => ({
    var: name,
    type: 'text-single',
    label: LABELS[name],
    required: needed,
  }));
}

/**
 * Those that were filled in.
 * @param valueOf what was sent for a field
 * @throws StanzaError `not-acceptable` if a required one was not, or one is too long
 */
export function readDetails(
  specs: readonly FieldSpec[],
  valueOf: (name: string) => string | undefined,
): Record<string, string> {
  const values: [string, string][] = [];
  for (const { var: name, label = name, required } of specs) {
    const value = valueOf(name)?.trim() ?? '';
    if (value === '' && required === true) throw new StanzaError('not-acceptable', `Fill in the field "${label}"`);
    if (value.length > MAX_LENGTH) throw new StanzaError('not-acceptable', `The field "${label}" is too long`);
    if (value !== '') values.push([name, value]);
  }
  return Object.fromEntries(values);
}
