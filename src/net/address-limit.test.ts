import { describe, expect, it } from 'vitest';
import { AddressLimit } from './address-limit.ts';

describe('AddressLimit', () => {
  it('takes so many and no more, until one is given back', () => {
    const limit = new AddressLimit(2);
    expect([1, 2, 3].map(() => limit.take('192.0.2.1'))).toEqual([true, true, false]);
    expect(limit.take('192.0.2.2')).toBe(true);
    limit.release('192.0.2.1');
    expect([1, 2].map(() => limit.take('192.0.2.1'))).toEqual([true, false]);
  });

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::', true],
    ['2001:db8:1:2::1', '2001:db8:1:2:3:4:5:6', true],
    ['2001:db8:1:2::1', '2001:0db8:0001:0002::9', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['2001:db8::1', '2001:db8:0:0:1::', true],
    ['2001:db8::1', '2001:db8:0:1::1', false],
    ['fe80::1%eth0', 'fe80::2%eth1', true],
    ['::ffff:192.0.2.1', '192.0.2.1', true],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.2', false],
    ['192.0.2.1', '192.0.2.2', false],
  ])('S123: %s and %s count as one: %s', (one, other, same) => {
    const limit = new AddressLimit(1);
    limit.take(one);
    expect(limit.take(other)).toBe(!same);
    limit.release(other);
    if (same) expect(limit.take(one)).toBe(true);
  });

  it.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])('does not count %s', (address) => {
    const limit = new AddressLimit(1);
    for (let i = 0; i < 10; i++) expect(limit.take(address)).toBe(true);
    expect(limit.size).toBe(0);
  });

  it('S123: forgets networks without connections', () => {
    const limit = new AddressLimit(50);
    for (let i = 0; i < 1000; i++) limit.take(`2001:db8:0:${i.toString(16)}::1`);
    expect(limit.size).toBe(1000);
    for (let i = 0; i < 1000; i++) limit.release(`2001:db8:0:${i.toString(16)}::1`);
    expect(limit.size).toBe(0);
  });
});
