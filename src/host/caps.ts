/** Entity capabilities (XEP-0115 v1.6.0 §5): the hash that stands for an answer to disco#info. */
import { createHash } from 'node:crypto';
import type { Element } from '../xml/element.ts';

/** A service discovery identity (XEP-0030 §3.1). */
export interface Identity {
  readonly category: string;
  readonly type: string;
  readonly name?: string;
  readonly lang?: string;
}

/**
 * The `ver` of an answer to disco#info.
 * @param forms data forms of the answer (XEP-0128); only those with a `FORM_TYPE` count
 */
export function capsHash(
  identities: readonly Identity[],
  features: Iterable<string>,
  forms: readonly Element[],
): string {
  let text = '';
  for (const line of identities.map(identityLine).sort(byBytes)) text += `${line}<`;
  for (const feature of [...features].sort(byBytes)) text += `${feature}<`;
  for (const form of forms
    .map(formLines)
    .filter((form) => form !== undefined)
    .sort((a, b) => byBytes(a.type, b.type))) {
    text += `${form.type}<`;
    for (const { name, values } of form.fields) {
      text += `${name}<`;
      for (const value of values) text += `${value}<`;
    }
  }
  return createHash('sha1').update(text).digest('base64');
}

function identityLine({ category, type, lang, name }: Identity): string {
  return `${category}/${type}/${lang ?? ''}/${name ?? ''}`;
}

interface FormLines {
  readonly type: string;
  readonly fields: readonly { readonly name: string; readonly values: readonly string[] }[];
}

function formLines(form: Element): FormLines | undefined {
  const fields = form.elements('field').map((field) => ({
    name: field.attr('var') ?? '',
    values: field
      .elements('value')
      .map((value) => value.text())
      .sort(byBytes),
  }));
  const type = fields.find((field) => field.name === 'FORM_TYPE')?.values[0];
  if (type === undefined) return undefined;
  return {
    type,
    fields: fields.filter((field) => field.name !== 'FORM_TYPE').sort((a, b) => byBytes(a.name, b.name)),
  };
}

/** The `i;octet` order of RFC 4790 §9.3. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
