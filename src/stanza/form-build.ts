/** Building data forms (XEP-0004 v2.13.2) and the validation hints in them (XEP-0122 v1.0.2). */
import { el, type Element } from '../xml/element.ts';
import { NS_DATA_FORM, type FieldType } from './form.ts';
import type { FieldSpec, FixedText, FormSpec, Validation } from './form-spec.ts';

const NS_VALIDATE = 'http://jabber.org/protocol/xdata-validate';

/** What a field holds: of a list one entry per value, of `text-multi` text with line breaks or one entry per line. */
export type FieldValue = string | number | boolean | readonly string[];

/** A field of a result. */
export interface ResultField {
  readonly var: string;
  readonly value: FieldValue;
  readonly type?: FieldType;
  readonly label?: string;
}

/** A column of a table of results. */
export interface Column {
  readonly var: string;
  readonly label: string;
  readonly type?: FieldType;
}

/** A form to fill in (§3.1 `form`); `current` gives values by `var`. */
export function formElement(spec: FormSpec, current?: ReadonlyMap<string, FieldValue>): Element {
  return el(
    'x',
    NS_DATA_FORM,
    { type: 'form' },
    textElement('title', spec.title),
    spec.instructions?.split('\n').map((line) => el('instructions', NS_DATA_FORM, line)), // §3: no newlines inside
    formTypeField(spec.formType),
    spec.fields.map((field) => (field.type === 'fixed' ? fixedField(field) : fieldElement(field, current))),
  );
}

/** Data that is told (§3.1 `result`), such as an extension of service discovery (XEP-0128). */
export function resultElement(formType: string, fields: readonly ResultField[]): Element {
  return el(
    'x',
    NS_DATA_FORM,
    { type: 'result' },
    formTypeField(formType),
    fields.map(({ var: name, type, label, value }) =>
      el('field', NS_DATA_FORM, { var: name, type, label }, valueElements(value, type)),
    ),
  );
}

/** A table of results (§3.4): every row holds one value per column, in their order. */
export function tableElement(columns: readonly Column[], rows: readonly (readonly FieldValue[])[]): Element {
  return el(
    'x',
    NS_DATA_FORM,
    { type: 'result' },
    el(
      'reported',
      NS_DATA_FORM,
      columns.map(({ var: name, type, label }) => el('field', NS_DATA_FORM, { var: name, type, label })),
    ),
    rows.map((row) =>
      el(
        'item',
        NS_DATA_FORM,
        columns.map(({ var: name, type }, i) =>
          el('field', NS_DATA_FORM, { var: name }, valueElements(row[i] ?? '', type)),
        ),
      ),
    ),
  );
}

function formTypeField(formType: string): Element {
  return el('field', NS_DATA_FORM, { var: 'FORM_TYPE', type: 'hidden' }, valueElements(formType, 'hidden'));
}

function fixedField(field: FixedText): Element {
  return el('field', NS_DATA_FORM, { type: 'fixed' }, valueElements(field.text, 'fixed'));
}

function fieldElement(spec: FieldSpec, current: ReadonlyMap<string, FieldValue> | undefined): Element {
  const value = current?.get(spec.var);
  return el(
    'field',
    NS_DATA_FORM,
    { var: spec.var, type: spec.type, label: spec.label },
    textElement('desc', spec.desc),
    spec.required === true ? el('required', NS_DATA_FORM) : undefined,
    spec.validate && validateElement(spec.validate),
    value === undefined ? undefined : valueElements(value, spec.type),
    spec.options?.map((option) => el('option', NS_DATA_FORM, { label: option.label }, valueElements(option.value))),
  );
}

/** XEP-0122 §3.2: at most one method; a range implies that a list is open. */
function validateElement(validation: Validation): Element {
  const { datatype, open, listRange } = validation;
  const min = 'min' in validation ? validation.min : undefined;
  const max = 'max' in validation ? validation.max : undefined;
  const ranged = min !== undefined || max !== undefined;
  return el(
    'validate',
    NS_VALIDATE,
    { datatype },
    ranged ? el('range', NS_VALIDATE, { min, max }) : el(open === true ? 'open' : 'basic', NS_VALIDATE),
    listRange && el('list-range', NS_VALIDATE, { min: listRange.min, max: listRange.max }),
  );
}

function valueElements(value: FieldValue, type?: FieldType): Element[] {
  if (typeof value === 'object') return value.map(valueElement);
  if (typeof value === 'boolean') return [valueElement(value ? '1' : '0')];
  if (typeof value === 'number') return [valueElement(String(value))];
  return type === 'text-multi' ? value.split(/\r\n|\r|\n/).map(valueElement) : [valueElement(value)];
}

function valueElement(text: string): Element {
  return el('value', NS_DATA_FORM, text);
}

function textElement(name: string, text: string | undefined): Element | undefined {
  return text === undefined ? undefined : el(name, NS_DATA_FORM, text);
}
