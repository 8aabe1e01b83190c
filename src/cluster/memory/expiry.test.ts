import { describe, expect, it } from 'vitest';
import { Claims } from './claims.ts';
import { SweepSchedule } from './sweep-schedule.ts';
import { VolatileMaps } from './volatile-maps.ts';

describe('what expires', () => {
  it('is forgotten although nobody reads it: fields', () => {
    const values = new VolatileMaps();
    values.put('kept', 'field', 'value', Infinity, 0);
    for (let i = 0; i < 10_000; i++) values.put(`key${i}`, `field${i % 3}`, 'value', 10, i);
    expect(values.size).toBeLessThan(200);
    expect(values.get('kept', 10_000).size).toBe(1);
    expect(values.get('key9999', 10_000).size).toBe(1);
  });

  it('is forgotten although nobody reads it: claims', () => {
    const claims = new Claims();
    const kept = claims.claim('a#1', 'kept', Infinity, 0);
    for (let i = 0; i < 10_000; i++) claims.claim('a#1', `what${i}`, 10, i);
    expect(claims.size).toBeLessThan(200);
    expect(claims.claim('b#2', 'kept', Infinity, 10_000)).toEqual({ ...kept, mine: false });
  });

  it('counts fields exactly', () => {
    const values = new VolatileMaps();
    for (const field of ['a', 'b', 'c']) values.put('key', field, '1', 10, 0);
    values.put('key', 'a', '2', 10, 5);
    expect(values.size).toBe(3);
    values.del('key', 'b', undefined, 5);
    values.del('key', 'b', undefined, 5);
    expect(values.size).toBe(2);
    expect(values.del('key', undefined, undefined, 12)).toBe(true); // `a` was alive
    expect(values.size).toBe(0);
    values.put('key', 'a', '1', 10, 20);
    expect(values.del('key', undefined, undefined, 30)).toBe(false); // nothing was alive
  });

  it('holds until its time, not at it', () => {
    const values = new VolatileMaps();
    values.put('key', 'field', 'value', 10, 0);
    expect(values.get('key', 9).size).toBe(1);
    expect(values.get('key', 10).size).toBe(0);
    const claims = new Claims();
    const { epoch } = claims.claim('a#1', 'what', 10, 0);
    expect(claims.claim('b#2', 'what', 10, 9).mine).toBe(false);
    expect(claims.release('a#1', 'what', epoch, 10)).toBe(false);
    claims.claim('a#1', 'what', 10, 20);
    expect(claims.claim('b#2', 'what', 10, 30).mine).toBe(true);
  });

  it('is looked for after as many writes as were kept, at least 64', () => {
    const schedule = new SweepSchedule();
    const writesUntilDue = (): number => {
      for (let writes = 1; ; writes++) if (schedule.wrote()) return writes;
    };
    expect(writesUntilDue()).toBe(64);
    schedule.swept(500);
    expect(writesUntilDue()).toBe(500);
    schedule.swept(3);
    expect(writesUntilDue()).toBe(64);
  });
});
