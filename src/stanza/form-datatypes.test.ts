import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareValues, matchesDatatype, type Datatype } from './form-datatypes.ts';

const TABLE: Record<Datatype, { yes: readonly string[]; no: readonly string[] }> = {
  'xs:string': { yes: ['', 'anything\n'], no: [] },
  'xs:anyURI': {
    yes: ['http://www.verona.it/', 'xmpp:romeo@montague.net', '../relative?x#y', 'http://a/\u00fc'],
    no: ['a b', 'a\tb', 'a\u0000', '<a>', '"', '\u00a0'],
  },
  'xs:language': { yes: ['en', 'de-CH-1996', 'i-klingon'], no: ['', 'e_n', 'abcdefghi', 'en-', '-en', 'en--US', 'é'] },
  'xs:date': { yes: ['2003-10-05', '2003-10-05Z'], no: ['', '2003-02-30', '2003-10-05T00:00:00Z'] },
  'xs:dateTime': { yes: ['2003-10-06T11:22:00-07:00'], no: ['', '2003-10-06', '2003-10-06T11:22:00', 'now'] },
  'xs:time': { yes: ['11:22:00', '11:22:00.5Z'], no: ['', '11:22', '11:60:00'] },
  'xs:decimal': { yes: ['0', '-1.50', '+.5', '1.'], no: ['', '.', '-', '1e3', '1,5', 'INF', '1.2.3'] },
  'xs:double': { yes: ['0', '-1.5e-3', '.5', 'INF', '-INF', 'NaN', '1E6'], no: ['', 'e3', '1e', 'inf', '0x1', '-NaN'] },
  'xs:integer': { yes: ['0', '-007', '+5', '9'.repeat(100)], no: ['', '1.0', '1e3', '-', '٣', ' 1'] },
  'xs:byte': { yes: ['-128', '127', '0127'], no: ['-129', '128', '1000', '', 'x'] },
  'xs:short': { yes: ['-32768', '32767'], no: ['-32769', '32768'] },
  'xs:int': { yes: ['-2147483648', '2147483647'], no: ['-2147483649', '2147483648'] },
  'xs:long': {
    yes: ['-9223372036854775808', '9223372036854775807'],
    no: ['-9223372036854775809', '9223372036854775808', '1e3'],
  },
};

test.each(Object.entries(TABLE))('%s', (name, { yes, no }) => {
  const datatype = Object.keys(TABLE).find((key): key is Datatype => key === name) ?? 'xs:string';
  for (const text of yes) expect.soft(matchesDatatype(text, datatype), text).toBe(true);
  for (const text of no) expect.soft(matchesDatatype(text, datatype), text).toBe(false);
});

describe('compareValues', () => {
  test.each([
    ['xs:date', '2003-10-05', '2003-10-06'],
    ['xs:dateTime', '2003-10-05T23:00:00-07:00', '2003-10-06T07:00:00Z'],
    ['xs:time', '09:00:00', '09:00:00.1'],
    ['xs:decimal', '-1.5', '-1.45'],
    ['xs:decimal', '9.99', '10'],
    ['xs:double', '-INF', '-1e300'],
    ['xs:double', '1e300', 'INF'],
    ['xs:long', '9223372036854775806', '9223372036854775807'],
    ['xs:integer', '-10', '-9'],
    ['xs:byte', '-1', '0'],
  ] as const)('%s: %s is less than %s', (datatype, less, more) => {
    expect(compareValues(less, more, datatype)).toBeLessThan(0);
    expect(compareValues(more, less, datatype)).toBeGreaterThan(0);
    expect(Math.abs(compareValues(less, less, datatype))).toBe(0);
  });

  test('NaN has no order, infinity is equal to itself', () => {
    expect(compareValues('NaN', '1', 'xs:double')).toBeNaN();
    expect(compareValues('INF', 'INF', 'xs:double')).toBe(0);
  });

  test('zero is zero, however it is written', () => {
    for (const zero of ['0', '-0', '+0.00', '.0', '000', '0.']) {
      expect(Math.abs(compareValues(zero, '0', 'xs:decimal')), zero).toBe(0);
    }
  });

  test('decimals compare as numbers do', () => {
    const decimals = fc.tuple(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), fc.nat({ max: 999 }));
    const text = ([whole, fraction]: [bigint, number]) => `${whole}.${String(fraction).padStart(3, '0')}`;
    const exact = ([whole, fraction]: [bigint, number]) => whole * 1000n + BigInt(whole < 0n ? -fraction : fraction);
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        const expected = exact(a) < exact(b) ? -1 : exact(a) > exact(b) ? 1 : 0;
        expect(Math.sign(compareValues(text(a), text(b), 'xs:decimal')) + 0).toBe(expected);
      }),
    );
  });
});
