import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDateTime, parseDate, parseDateTime, parseTime } from './datetime.ts';

const DAY = 86_400_000_000;

describe('parseDateTime', () => {
  test.each([
    ['1969-07-21T02:56:15Z', '1969-07-21T02:56:15.000Z'],
    ['1969-07-20T21:56:15-05:00', '1969-07-21T02:56:15.000Z'],
    ['2002-09-10T23:08:25Z', '2002-09-10T23:08:25.000Z'],
    ['2006-12-19T17:58:35.123Z', '2006-12-19T17:58:35.123Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['2024-02-29T23:59:59+14:00', '2024-02-29T09:59:59.000Z'],
    ['2024-12-31T24:00:00Z', '2025-01-01T00:00:00.000Z'],
    ['1970-01-01T00:00:00-00:00', '1970-01-01T00:00:00.000Z'],
  ])('%s', (text, expected) => {
    expect(parseDateTime(text)).toBe(Date.parse(expected) * 1000);
  });

  test('counts microseconds and drops what is finer', () => {
    expect(parseDateTime('1970-01-01T00:00:00.000001Z')).toBe(1);
    expect(parseDateTime('1970-01-01T00:00:00.5Z')).toBe(500_000);
    expect(parseDateTime('1970-01-01T00:00:00.1234569Z')).toBe(123_456);
    expect(parseDateTime(`1970-01-01T00:00:00.${'9'.repeat(50_000)}Z`)).toBe(999_999);
  });

  test('reads instants that a number cannot hold as the nearest it can', () => {
    expect(parseDateTime('9999-12-31T23:59:59Z')).toBe(Number.MAX_SAFE_INTEGER);
    expect(parseDateTime('0001-01-01T00:00:00Z')).toBe(Number.MIN_SAFE_INTEGER);
    expect(parseDateTime('2254-12-31T23:59:59.999999Z')).toBe(Date.parse('2255-01-01T00:00:00Z') * 1000 - 1);
  });

  test.each([
    '',
    'now',
    '2024',
    '2024-01-01',
    '2024-01-01T00:00:00', // the zone is mandatory
    '20240101T00:00:00Z',
    '2024-1-1T00:00:00Z',
    '2024-01-01 00:00:00Z',
    '2024-01-01t00:00:00z',
    '2024-01-01T00:00Z',
    '2024-01-01T00:00:00.Z',
    '2024-01-01T00:00:00,5Z',
    '2024-01-01T00:00:00ZZ',
    '2024-01-01T00:00:00Z ',
    ' 2024-01-01T00:00:00Z',
    '2024-01-01T00:00:00+0100',
    '2024-01-01T00:00:00+01',
    '2024-01-01T00:00:00+01:00Z',
    '2024-01-01T00:00:00+01:000',
    '2024-01-01T00:00:00+01:60',
    '2024-01-01T00:00:00+14:01',
    '2024-01-01T00:00:00+99:00',
    '2024-01-01T25:00:00Z',
    '2024-01-01T24:00:01Z',
    '2024-01-01T24:00:00.000001Z',
    '2024-01-01T00:60:00Z',
    '2024-12-31T23:59:60Z',
    '2024-00-01T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-01-00T00:00:00Z',
    '2024-01-32T00:00:00Z',
    '2024-04-31T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '-024-01-01T00:00:00Z',
    '12024-01-01T00:00:00Z',
    '２０２４-01-01T00:00:00Z',
    '2024-01-01T00:00:00\u22125:00',
    '1e10-01-01T00:00:00Z',
    '0x1F-01-01T00:00:00Z',
  ])('refuses %j', (text) => {
    expect(parseDateTime(text)).toBeUndefined();
  });

  test('agrees with Date on every instant, in every zone', () => {
    const minutes = fc.integer({ min: -14 * 60, max: 14 * 60 });
    const dates = fc.date({ min: new Date(-9e12), max: new Date(9e12), noInvalidDate: true });
    fc.assert(
      fc.property(dates, minutes, (date, offset) => {
        const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
        const hh = String(Math.trunc(Math.abs(offset) / 60)).padStart(2, '0');
        const mm = String(Math.abs(offset) % 60).padStart(2, '0');
        expect(parseDateTime(`${local}${offset < 0 ? '-' : '+'}${hh}:${mm}`)).toBe(date.getTime() * 1000);
      }),
    );
  });
});

describe('parseDate', () => {
  test.each([
    ['1970-01-01', 0],
    ['1776-07-04', Date.parse('1776-07-04') * 1000],
    ['1970-01-02Z', DAY],
    ['1970-01-02+01:00', DAY - 3_600_000_000],
  ])('%s', (text, expected) => {
    expect(parseDate(text)).toBe(expected);
  });

  test.each(['', '1970-01-0', '1970-01-011', '1970/01/01', '1970-02-30', '1970-01-01T00:00:00Z'])(
    'refuses %j',
    (text) => {
      expect(parseDate(text)).toBeUndefined();
    },
  );
});

describe('parseTime', () => {
  test.each([
    ['16:00:00', 16 * 3_600_000_000],
    ['16:00:00Z', 16 * 3_600_000_000],
    ['12:00:00+07:00', 5 * 3_600_000_000],
    ['00:00:00.25', 250_000],
    ['24:00:00', DAY],
  ])('%s', (text, expected) => {
    expect(parseTime(text)).toBe(expected);
  });

  test.each(['', '16', '16:00', '16:00:60', '4:00:00', '16:00:00 ', '16:00:00.', '16:00:00+1'])(
    'refuses %j',
    (text) => {
      expect(parseTime(text)).toBeUndefined();
    },
  );
});

describe('formatDateTime', () => {
  test.each([
    [0, '1970-01-01T00:00:00Z'],
    [-14_159_025_000_000, '1969-07-21T02:56:15Z'],
    [1_500, '1970-01-01T00:00:00.001500Z'],
    [500_000, '1970-01-01T00:00:00.500Z'],
    [-1, '1969-12-31T23:59:59.999999Z'],
    [1, '1970-01-01T00:00:00.000001Z'],
  ])('%d', (micros, text) => {
    expect(formatDateTime(micros)).toBe(text);
  });

  test('what is written is read back', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (micros) => {
        expect(parseDateTime(formatDateTime(micros))).toBe(micros);
      }),
    );
  });

  test.each([NaN, Infinity, 0.5, 2 ** 53])('refuses %d', (micros) => {
    expect(() => formatDateTime(micros)).toThrow(RangeError);
  });
});
