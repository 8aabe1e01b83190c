import { describe, expect, test } from 'vitest';
import { el, type Element } from '../xml/element.ts';
import { NS_DATA_FORM, formIn, parseForm } from './form.ts';

const field = (name: string | undefined, values: string[], type?: string): Element =>
  el(
    'field',
    NS_DATA_FORM,
    { var: name, type },
    values.map((value) => el('value', NS_DATA_FORM, value)),
  );
const form = (type: string | undefined, ...fields: Element[]): Element => el('x', NS_DATA_FORM, { type }, fields);
const badRequest: unknown = expect.objectContaining({ condition: 'bad-request' });

describe('parseForm', () => {
  test('XEP-0004 example 3: a submission', () => {
    const parsed = parseForm(
      form(
        'submit',
        field('FORM_TYPE', ['jabber:bot'], 'hidden'),
        field('botname', ['The Jabber Google Bot'], 'text-single'),
        field('features', ['news', 'search'], 'list-multi'),
        field('description', []),
      ),
    );
    expect(parsed.kind).toBe('submit');
    expect(parsed.formType).toBe('jabber:bot');
    expect([...parsed.fields]).toEqual([
      ['botname', ['The Jabber Google Bot']],
      ['features', ['news', 'search']],
      ['description', []],
    ]);
  });

  test.each([undefined, '', 'Submit', '__proto__', 'error'])('refuses a form of type %j', (type) => {
    expect(() => parseForm(form(type))).toThrow(badRequest);
  });

  test('refuses a field that stands twice, FORM_TYPE included', () => {
    for (const name of ['a', 'FORM_TYPE']) {
      expect(() => parseForm(form('submit', field(name, ['1']), field(name, ['2'])))).toThrow(badRequest);
    }
  });

  test('fields without a name are no data', () => {
    expect(parseForm(form('form', field(undefined, ['Section'], 'fixed'), field(undefined, ['2']))).fields.size).toBe(
      0,
    );
  });

  test.each([
    ['submit', undefined, 'urn:x'],
    ['submit', 'hidden', 'urn:x'],
    ['submit', 'text-single', 'urn:x'],
    ['form', 'hidden', 'urn:x'],
    ['result', 'hidden', 'urn:x'],
    ['form', undefined, undefined],
    ['result', 'text-single', undefined],
  ])('XEP-0068 §4: FORM_TYPE in a %s with type %s', (kind, type, formType) => {
    const parsed = parseForm(form(kind, field('FORM_TYPE', ['urn:x'], type)));
    expect(parsed.formType).toBe(formType);
    expect(parsed.fields.has('FORM_TYPE')).toBe(formType === undefined);
  });

  test('S117: names that an object has are plain names', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
    const parsed = parseForm(form('submit', ...names.map((name) => field(name, [`${name} value`]))));
    expect([...parsed.fields.keys()]).toEqual(names);
    expect(parsed.fields.get('__proto__')).toEqual(['__proto__ value']);
    expect(parseForm(form('submit')).fields.get('constructor')).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

test('formIn finds the form of a wrapper, if there is one', () => {
  expect(formIn(el('query', 'urn:xmpp:mam:2', form('submit', field('a', ['1']))))?.fields.get('a')).toEqual(['1']);
  expect(formIn(el('query', NS_DATA_FORM))).toBeUndefined();
  expect(formIn(el('query', 'urn:xmpp:mam:2', el('x', 'urn:xmpp:mam:2')))).toBeUndefined();
});
