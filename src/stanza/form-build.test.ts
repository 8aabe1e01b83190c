import { describe, expect, test } from 'vitest';
import { el, type Element } from '../xml/element.ts';
import { NS_DATA_FORM, parseForm } from './form.ts';
import { formElement, resultElement, tableElement } from './form-build.ts';
import type { FieldSpec, FormSpec } from './form-spec.ts';

const NS_VALIDATE = 'http://jabber.org/protocol/xdata-validate';
const value = (text: string): Element => el('value', NS_DATA_FORM, text);
const only = (spec: FieldSpec, current?: string | number | boolean | readonly string[]): Element | undefined =>
  formElement({ formType: 'urn:x', fields: [spec] }, current === undefined ? undefined : new Map([[spec.var, current]]))
    .elements('field')
    .at(1);
const values = (element: Element | undefined): string[] | undefined =>
  element?.elements('value').map((child) => child.text());

describe('formElement', () => {
  test('XEP-0004 example 2: a form with every kind of field', () => {
    const spec: FormSpec = {
      formType: 'jabber:bot',
      title: 'Bot Configuration',
      instructions: 'Fill out this form\nto configure your new bot!',
      fields: [
        { type: 'fixed', text: 'Section 1: Bot Info' },
        { var: 'botname', type: 'text-single', label: 'The name of your bot' },
        { var: 'public', type: 'boolean', label: 'Public bot?', required: true },
        { var: 'maxsubs', type: 'list-single', options: [{ value: '20', label: '20' }, { value: 'none' }] },
        { var: 'invitelist', type: 'jid-multi', desc: 'Tell all your friends!' },
      ],
    };
    expect(formElement(spec, new Map([['maxsubs', 20]]))).toEqual(
      el(
        'x',
        NS_DATA_FORM,
        { type: 'form' },
        el('title', NS_DATA_FORM, 'Bot Configuration'),
        el('instructions', NS_DATA_FORM, 'Fill out this form'),
        el('instructions', NS_DATA_FORM, 'to configure your new bot!'),
        el('field', NS_DATA_FORM, { var: 'FORM_TYPE', type: 'hidden' }, value('jabber:bot')),
        el('field', NS_DATA_FORM, { type: 'fixed' }, value('Section 1: Bot Info')),
        el('field', NS_DATA_FORM, { var: 'botname', type: 'text-single', label: 'The name of your bot' }),
        el(
          'field',
          NS_DATA_FORM,
          { var: 'public', type: 'boolean', label: 'Public bot?' },
          el('required', NS_DATA_FORM),
        ),
        el(
          'field',
          NS_DATA_FORM,
          { var: 'maxsubs', type: 'list-single' },
          value('20'),
          el('option', NS_DATA_FORM, { label: '20' }, value('20')),
          el('option', NS_DATA_FORM, value('none')),
        ),
        el(
          'field',
          NS_DATA_FORM,
          { var: 'invitelist', type: 'jid-multi' },
          el('desc', NS_DATA_FORM, 'Tell all your friends!'),
        ),
      ),
    );
  });

  test('writes values as their type wants them', () => {
    expect(values(only({ var: 'v', type: 'boolean' }, true))).toEqual(['1']);
    expect(values(only({ var: 'v', type: 'boolean' }, false))).toEqual(['0']);
    expect(values(only({ var: 'v', type: 'text-single' }, 7))).toEqual(['7']);
    expect(values(only({ var: 'v', type: 'text-single' }, ''))).toEqual(['']);
    expect(values(only({ var: 'v', type: 'text-multi' }, 'a\nb\r\nc\rd\n'))).toEqual(['a', 'b', 'c', 'd', '']);
    expect(values(only({ var: 'v', type: 'text-multi' }, ['a', 'b']))).toEqual(['a', 'b']);
    expect(values(only({ var: 'v', type: 'list-multi' }, ['x', 'y']))).toEqual(['x', 'y']);
    expect(values(only({ var: 'v', type: 'list-multi' }, []))).toEqual([]);
    expect(values(only({ var: 'v', type: 'text-single' }))).toEqual([]);
  });

  test.each([
    [{ datatype: 'xs:dateTime' }, el('validate', NS_VALIDATE, { datatype: 'xs:dateTime' }, el('basic', NS_VALIDATE))],
    [
      { datatype: 'xs:string', open: true },
      el('validate', NS_VALIDATE, { datatype: 'xs:string' }, el('open', NS_VALIDATE)),
    ],
    [
      { datatype: 'xs:int', min: '1' },
      el('validate', NS_VALIDATE, { datatype: 'xs:int' }, el('range', NS_VALIDATE, { min: 1 })),
    ],
    [
      { datatype: 'xs:string', listRange: { min: 1, max: 3 } },
      el(
        'validate',
        NS_VALIDATE,
        { datatype: 'xs:string' },
        el('basic', NS_VALIDATE),
        el('list-range', NS_VALIDATE, { min: 1, max: 3 }),
      ),
    ],
  ] as const)('XEP-0122: %j', (validate, expected) => {
    expect(only({ var: 'v', type: 'list-multi', validate })?.child('validate', NS_VALIDATE)).toEqual(expected);
  });
});

test('resultElement is data under a FORM_TYPE', () => {
  const result = resultElement('urn:xmpp:dataforms:softwareinfo', [
    { var: 'os', value: 'Linux' },
    { var: 'ip_version', value: ['ipv4', 'ipv6'], type: 'text-multi', label: 'IP' },
    { var: '__proto__', value: true },
  ]);
  expect(result.attr('type')).toBe('result');
  const parsed = parseForm(result);
  expect(parsed.formType).toBe('urn:xmpp:dataforms:softwareinfo');
  expect([...parsed.fields]).toEqual([
    ['os', ['Linux']],
    ['ip_version', ['ipv4', 'ipv6']],
    ['__proto__', ['1']],
  ]);
  expect(result.elements('field').at(2)?.attr('label')).toBe('IP');
});

test('XEP-0004 example 8: a table names its columns first, every row holds them all', () => {
  const table = tableElement(
    [
      { var: 'name', label: 'Name' },
      { var: 'url', label: 'URL', type: 'text-single' },
    ],
    [['benvenuto!', 'http://www.hellasverona.it/'], ['no address']],
  );
  const cell = (name: string, text: string): Element => el('field', NS_DATA_FORM, { var: name }, value(text));
  expect(table).toEqual(
    el(
      'x',
      NS_DATA_FORM,
      { type: 'result' },
      el(
        'reported',
        NS_DATA_FORM,
        el('field', NS_DATA_FORM, { var: 'name', label: 'Name' }),
        el('field', NS_DATA_FORM, { var: 'url', type: 'text-single', label: 'URL' }),
      ),
      el('item', NS_DATA_FORM, cell('name', 'benvenuto!'), cell('url', 'http://www.hellasverona.it/')),
      el('item', NS_DATA_FORM, cell('name', 'no address'), cell('url', '')),
    ),
  );
});
