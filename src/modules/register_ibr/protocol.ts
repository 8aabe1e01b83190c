/** What is said when an account is made (XEP-0077 v2.4 §3.1, §4). Pure. */
import { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/errors.ts';
import { formElement } from '../../stanza/form-build.ts';
import type { FieldSpec, FormSpec } from '../../stanza/form-spec.ts';
import { readSubmission } from '../../stanza/form-submission.ts';
import { formIn } from '../../stanza/form.ts';
import { el, type Element } from '../../xml/element.ts';
import { readDetails } from './details.ts';

/** The namespace of registration. */
export const NS_REGISTER = 'jabber:iq:register';
const NS_FEATURE = 'http://jabber.org/features/iq-register';

/** The stream feature (§8). */
export const registerFeature = el('register', NS_FEATURE);

/** Who wants an account. */
export interface Registration {
  /** Canonical localpart. */
  readonly username: string;
  readonly password: string;
  /** What else was filled in, by field. */
  readonly details: Readonly<Record<string, string>>;
}

/** The form to fill in, with the two texts and the details that the operator may choose. */
export function registrationForm(title: string, instructions: string, details: readonly FieldSpec[]): FormSpec {
  return {
    formType: NS_REGISTER,
    title,
    instructions,
    fields: [
      { var: 'username', type: 'text-single', label: 'Username', required: true },
      { var: 'password', type: 'text-private', label: 'Password', required: true },
      ...details,
    ],
  };
}

/** What is asked for, as fields and as a form of the same (§5, table 3: either may be submitted). */
export function askedFor(form: FormSpec, details: readonly FieldSpec[]): Element {
  return el(
    'query',
    NS_REGISTER,
    el('instructions', NS_REGISTER, form.instructions),
    el('username', NS_REGISTER),
    el('password', NS_REGISTER),
    details.map((field) => el(field.var, NS_REGISTER)),
    formElement(form),
  );
}

/**
 * Read a filled in form or the fields.
 * @throws StanzaError `not-acceptable`, `bad-request`
 */
export function readRegistration(
  query: Element,
  form: FormSpec,
  details: readonly FieldSpec[],
  domain: string,
): Registration {
  const submitted = formIn(query);
  const values = submitted === undefined ? undefined : readSubmission(form, submitted);
  const valueOf = (field: string): string | undefined =>
    values === undefined ? query.childText(field) : values.text(field);
  const name = valueOf('username');
  const password = valueOf('password');
  if (name === undefined || password === undefined || name === '' || password === '') {
    throw new StanzaError('not-acceptable', 'A user name and a password are needed');
  }
  const username = Jid.of(name, domain)?.local;
  if (username === undefined) throw new StanzaError('not-acceptable', 'That cannot be a user name');
  return { username, password, details: readDetails(details, valueOf) };
}
