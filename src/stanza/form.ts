/** Data Forms (XEP-0004 v2.13.2): what a form is, and reading one that somebody sent. */
import type { Element } from '../xml/element.ts';
import { StanzaError } from './errors.ts';

export const NS_DATA_FORM = 'jabber:x:data';

/** What a form is for (§3.1). */
type FormKind = 'form' | 'submit' | 'cancel' | 'result';

/** Data type of a field (§3.3). */
export type FieldType =
  | 'boolean'
  | 'fixed'
  | 'hidden'
  | 'jid-multi'
  | 'jid-single'
  | 'list-multi'
  | 'list-single'
  | 'text-multi'
  | 'text-private'
  | 'text-single';

/** A form as it was received: well-formed, its values not checked. */
export interface DataForm {
  readonly kind: FormKind;
  /** FORM_TYPE (XEP-0068 v1.3.0): the namespace that defines the fields; `undefined` without one that counts. */
  readonly formType: string | undefined;
  /** `var` → the text of every `<value/>`, in order; without the FORM_TYPE above and fields that have no `var`. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
}

/**
 * Read the form that an element holds as its child; `undefined` where there is none.
 * @throws StanzaError see `parseForm`
 */
export function formIn(parent: Element): DataForm | undefined {
  const x = parent.child('x', NS_DATA_FORM);
  return x && parseForm(x);
}

/**
 * Read an `<x/>`. Types, labels and validation rules that a stranger's form claims are not looked at: what a value must
 * be is for our own `FormSpec` to say.
 * @throws StanzaError `bad-request` for an unknown kind of form and for a `var` that stands twice (§3.2: it is unique)
 */
export function parseForm(x: Element): DataForm {
  const kind = x.attr('type');
  if (!isFormKind(kind)) throw new StanzaError('bad-request', 'not a type of data form');
  const fields = new Map<string, readonly string[]>();
  let formType: string | undefined;
  for (const field of x.elements('field')) {
    const name = field.attr('var');
    if (name === undefined) continue;
    if (fields.has(name)) throw new StanzaError('bad-request', 'a field of the data form stands twice');
    const values = field.elements('value').map((value) => value.text());
    fields.set(name, values);
    // XEP-0068 §4.3: anywhere but in a submission it must be hidden to count, else it is a field like any other
    if (name === 'FORM_TYPE' && (kind === 'submit' || field.attr('type') === 'hidden')) formType = values[0];
  }
  if (formType !== undefined) fields.delete('FORM_TYPE');
  return { kind, formType, fields };
}

function isFormKind(text: string | undefined): text is FormKind {
  return text === 'form' || text === 'submit' || text === 'cancel' || text === 'result';
}
