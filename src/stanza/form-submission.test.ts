import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DataForm } from './form.ts';
import { readSubmission, type Submission } from './form-submission.ts';
import type { FieldSpec, FormSpec } from './form-spec.ts';

const submitted = (fields: Record<string, readonly string[]>, formType: string | undefined = 'urn:x'): DataForm => ({
  kind: 'submit',
  formType,
  fields: new Map(Object.entries(fields)),
});
const read = (field: FieldSpec, ...values: string[]): Submission =>
  readSubmission({ formType: 'urn:x', fields: [field] }, submitted({ [field.var]: values }));
const notAcceptable: unknown = expect.objectContaining({ condition: 'not-acceptable', type: 'modify' });
const badRequest: unknown = expect.objectContaining({ condition: 'bad-request' });

/** XEP-0313 v1.1.3 §4.1: the archive query, which is the first user of all this. */
const MAM: FormSpec = {
  formType: 'urn:xmpp:mam:2',
  fields: [
    { var: 'with', type: 'jid-single' },
    { var: 'start', type: 'text-single', validate: { datatype: 'xs:dateTime' } },
    { var: 'end', type: 'text-single', validate: { datatype: 'xs:dateTime' } },
    { var: 'ids', type: 'list-multi', validate: { datatype: 'xs:string', open: true, listRange: { max: 3 } } },
  ],
};

describe('readSubmission', () => {
  test('reads an archive query', () => {
    const query = readSubmission(
      MAM,
      submitted(
        {
          with: ['Juliet@Capulet.lit'],
          start: ['2010-06-07T00:00:00Z'],
          ids: ['28482-98726-73623', '09af3-cc343-b409f'],
          '{urn:xmpp:fulltext:0}fulltext': ['ignored'],
        },
        'urn:xmpp:mam:2',
      ),
    );
    expect(query.jid('with')?.toString()).toBe('juliet@capulet.lit');
    expect(query.instant('start')).toBe(Date.parse('2010-06-07T00:00:00Z') * 1000);
    expect(query.instant('end')).toBeUndefined();
    expect(query.list('ids')).toEqual(['28482-98726-73623', '09af3-cc343-b409f']);
    expect(query.has('end')).toBe(false);
    expect(query.has('{urn:xmpp:fulltext:0}fulltext')).toBe(false);
  });

  test.each(["'", '%', '1e999', '-1', 'NaN', '9223372036854775808', "'; DROP TABLE x--", '2010-06-07'])(
    'S54: %j is no time',
    (text) => {
      expect(() => readSubmission(MAM, submitted({ start: [text] }, 'urn:xmpp:mam:2'))).toThrow(notAcceptable);
    },
  );

  test('takes only a submission of this form', () => {
    expect(() => readSubmission(MAM, submitted({}, 'urn:other'))).toThrow(badRequest);
    expect(() => readSubmission(MAM, { ...submitted({}), formType: undefined })).toThrow(badRequest);
    for (const kind of ['form', 'result', 'cancel'] as const) {
      expect(() => readSubmission(MAM, { kind, formType: 'urn:xmpp:mam:2', fields: new Map() })).toThrow(badRequest);
    }
  });

  test('names the field it refuses', () => {
    expect(() => read({ var: 'maxsubs', type: 'boolean' }, 'perhaps')).toThrow(/maxsubs/);
  });

  test('XEP-0004 §3.5, §3.6: a field not sent is not a field without value', () => {
    const text: FieldSpec = { var: 'v', type: 'text-single' };
    const absent = readSubmission({ formType: 'urn:x', fields: [text] }, submitted({}));
    expect([absent.has('v'), absent.text('v'), absent.list('v')]).toEqual([false, undefined, undefined]);
    expect([read(text).has('v'), read(text).text('v')]).toEqual([true, undefined]);
    expect([read(text, '').has('v'), read(text, '').text('v')]).toEqual([true, '']);
  });

  test.each([
    ['not sent', {}],
    ['without a value', { v: [] }],
    ['empty', { v: [''] }],
    ['empty lines', { v: ['', ''] }],
  ])('a required field must be given: %s', (_, fields) => {
    const spec: FormSpec = { formType: 'urn:x', fields: [{ var: 'v', type: 'text-multi', required: true }] };
    expect(() => readSubmission(spec, submitted(fields))).toThrow(notAcceptable);
    expect(readSubmission(spec, submitted({ v: ['', 'x'] })).text('v')).toBe('\nx');
  });

  test.each(['boolean', 'jid-single', 'list-single', 'text-private', 'text-single'] as const)(
    '§3.2: %s has at most one value',
    (type) => {
      const value = type === 'jid-single' ? 'capulet.lit' : '1';
      const options = [{ value }];
      expect(() => read({ var: 'v', type, options }, value, value)).toThrow(notAcceptable);
      expect(read({ var: 'v', type, options }, value).list('v')).toEqual([value]);
    },
  );

  test.each(['hidden', 'text-multi', 'list-multi'] as const)('§3.2: %s may have many', (type) => {
    expect(read({ var: 'v', type, options: [{ value: '1' }] }, '1', '1').list('v')).toEqual(['1', '1']);
  });

  test('fixed text is not read', () => {
    const spec: FormSpec = { formType: 'urn:x', fields: [{ type: 'fixed', text: 'Section' }] };
    expect(readSubmission(spec, submitted({ v: ['1'] })).has('v')).toBe(false);
  });

  test('S117: names that an object has', () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const spec: FormSpec = { formType: 'urn:x', fields: [{ var: name, type: 'text-single' }] };
      const fields = new Map([[name, ['x']]]);
      expect(readSubmission(spec, { kind: 'submit', formType: 'urn:x', fields }).text(name)).toBe('x');
      expect(readSubmission(spec, submitted({})).text(name)).toBeUndefined();
    }
  });
});

describe('values by type', () => {
  test('boolean', () => {
    const field: FieldSpec = { var: 'v', type: 'boolean' };
    expect(['1', 'true', '0', 'false', ''].map((text) => read(field, text).flag('v'))).toEqual([
      true,
      true,
      false,
      false,
      undefined,
    ]);
    for (const text of ['yes', 'TRUE', '2', '__proto__']) expect(() => read(field, text)).toThrow(notAcceptable);
  });

  test('jid-single', () => {
    const field: FieldSpec = { var: 'v', type: 'jid-single' };
    expect(read(field, 'Juliet@Capulet.lit/Balcony').list('v')).toEqual(['juliet@capulet.lit/Balcony']);
    expect(read(field, '').jid('v')).toBeUndefined();
    for (const text of ['@', 'a@b@c/d@e', '@capulet.lit', 'juliet@']) {
      expect(() => read(field, text)).toThrow(notAcceptable);
    }
  });

  test('jid-multi: whoever is named twice counts once', () => {
    const field: FieldSpec = { var: 'v', type: 'jid-multi' };
    expect(read(field, 'juliet@capulet.lit', 'romeo@montague.lit', 'JULIET@capulet.lit').list('v')).toEqual([
      'juliet@capulet.lit',
      'romeo@montague.lit',
    ]);
    expect(() => read(field, 'juliet@capulet.lit', '@')).toThrow(notAcceptable);
  });

  test.each(['list-single', 'list-multi'] as const)(
    '%s takes its options, and others only where it is open',
    (type) => {
      const options = [{ value: 'news', label: 'News' }, { value: 'search' }];
      expect(read({ var: 'v', type, options }, 'search').text('v')).toBe('search');
      expect(read({ var: 'v', type, options }, '').list('v')).toEqual([]);
      expect(read({ var: 'v', type, options: [{ value: '' }] }, '').list('v')).toEqual(['']);
      for (const text of ['News', 'polls', '__proto__']) {
        expect(() => read({ var: 'v', type, options }, text)).toThrow(notAcceptable);
        expect(() => read({ var: 'v', type }, text)).toThrow(notAcceptable);
        const open: FieldSpec = { var: 'v', type, options, validate: { datatype: 'xs:string', open: true } };
        expect(read(open, text).text('v')).toBe(text);
      }
    },
  );

  test('XEP-0122 §3.2: a range opens a list and still holds', () => {
    const field: FieldSpec = {
      var: 'v',
      type: 'list-single',
      options: [{ value: '10' }],
      validate: { datatype: 'xs:int', min: '1', max: '50' },
    };
    expect(read(field, '20').integer('v')).toBe(20);
    for (const text of ['0', '51', '1.5', 'ten']) expect(() => read(field, text)).toThrow(notAcceptable);
  });

  test('XEP-0122 §3.3: the number of values', () => {
    const field: FieldSpec = {
      var: 'v',
      type: 'list-multi',
      options: ['e-mail', 'xmpp', 'work', 'home'].map((value) => ({ value })),
      validate: { datatype: 'xs:string', listRange: { min: 1, max: 3 } },
    };
    expect(read(field, 'e-mail', 'xmpp', 'home').list('v')).toHaveLength(3);
    expect(() => read(field)).toThrow(notAcceptable);
    expect(() => read(field, 'e-mail', 'xmpp', 'home', 'work')).toThrow(notAcceptable);
  });

  test('XEP-0122 §3.2.3: a range of times', () => {
    const field: FieldSpec = {
      var: 'v',
      type: 'text-single',
      validate: { datatype: 'xs:dateTime', min: '2003-10-05T00:00:00-07:00', max: '2003-10-24T23:59:59-07:00' },
    };
    expect(read(field, '2003-10-06T11:22:00-07:00').instant('v')).toBe(Date.parse('2003-10-06T18:22:00Z') * 1000);
    expect(read(field, '2003-10-05T07:00:00Z').has('v')).toBe(true);
    expect(read(field, '2003-10-25T06:59:59Z').has('v')).toBe(true);
    expect(() => read(field, '2003-10-05T06:59:59Z')).toThrow(notAcceptable);
    expect(() => read(field, '2003-10-25T07:00:00Z')).toThrow(notAcceptable);
  });

  test('NaN is within no range', () => {
    const field: FieldSpec = { var: 'v', type: 'text-single', validate: { datatype: 'xs:double', min: '0', max: '1' } };
    expect(read(field, '0.5').text('v')).toBe('0.5');
    expect(() => read(field, 'NaN')).toThrow(notAcceptable);
    const below: FieldSpec = { var: 'v', type: 'text-single', validate: { datatype: 'xs:double', max: '1' } };
    expect(() => read(below, 'NaN')).toThrow(notAcceptable);
    const above: FieldSpec = { var: 'v', type: 'text-single', validate: { datatype: 'xs:double', min: '0' } };
    expect(() => read(above, 'NaN')).toThrow(notAcceptable);
  });

  test('XEP-0122 §3.2.2: text-multi is one value, open it is one a line', () => {
    const lines = ['1', '2'];
    const open: FieldSpec = { var: 'v', type: 'text-multi', validate: { datatype: 'xs:integer', open: true } };
    expect(read(open, ...lines).list('v')).toEqual(lines);
    expect(() => read(open, '1', 'x')).toThrow(notAcceptable);
    const whole: FieldSpec = { var: 'v', type: 'text-multi', validate: { datatype: 'xs:integer' } };
    expect(() => read(whole, ...lines)).toThrow(notAcceptable);
    expect(read(whole, '12').integer('v')).toBe(12);
    for (const field of [open, whole]) {
      expect(read(field).list('v')).toEqual([]);
      expect(read(field, '').list('v')).toEqual([]);
    }
  });

  test('an empty value of a datatype without one is no value', () => {
    const field: FieldSpec = { var: 'v', type: 'text-single', validate: { datatype: 'xs:integer' } };
    expect([read(field, '').has('v'), read(field, '').integer('v')]).toEqual([true, undefined]);
  });

  test('any text comes through as it was sent', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 5 }), (lines) => {
        expect(read({ var: 'v', type: 'text-multi' }, ...lines).list('v')).toEqual(lines);
      }),
    );
  });
});
