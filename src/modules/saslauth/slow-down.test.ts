import { describe, expect, it, test } from 'vitest';
import { LeakyLevels } from './leaky-levels.ts';
import { SlowDown, isNetwork, type SlowDownLimits } from './slow-down.ts';

const MINUTE = 60_000;
let clock = 0;

const LIMITS: SlowDownLimits = {
  address: { max: 10, period: 60 },
  account: { max: 20, period: 3600 },
  delay: 10,
  exempt: ['127.0.0.0/8', '::1', '10.1.0.0/16'],
};

function slowDown(limits: Partial<SlowDownLimits> = {}): SlowDown {
  clock = 0;
  return new SlowDown({ ...LIMITS, ...limits }, () => clock);
}

function fail(slow: SlowDown, times: number, address: string, user?: string): void {
  for (let i = 0; i < times; i++) slow.failed(address, 'not-authorized', user);
}

describe('S35: an address from which many logins fail', () => {
  it('waits after ten of them, a second and then longer, ten at most', () => {
    const slow = slowDown();
    fail(slow, 10, '192.0.2.1');
    expect(slow.before('192.0.2.1')).toBe(0);
    const waits = Array.from({ length: 12 }, () => {
      fail(slow, 1, '192.0.2.1');
      return slow.before('192.0.2.1');
    });
    expect(waits).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10].map((seconds) => seconds * 1000));
    expect(slow.before('192.0.2.2')).toBe(0);
  });

  it('is forgiven with time: all of it after two minutes', () => {
    const slow = slowDown();
    fail(slow, 1000, '192.0.2.1');
    clock = MINUTE / 2;
    expect(slow.before('192.0.2.1')).toBe(5000);
    clock = MINUTE;
    expect(slow.before('192.0.2.1')).toBe(0);
    fail(slow, 1, '192.0.2.1');
    expect(slow.before('192.0.2.1')).toBe(1000);
    clock = 3 * MINUTE;
    fail(slow, 10, '192.0.2.1');
    expect(slow.before('192.0.2.1')).toBe(0);
  });

  it('counts as a /64 where it is IPv6', () => {
    const slow = slowDown();
    for (let i = 0; i < 12; i++) fail(slow, 1, `2001:db8:1:2::${i.toString(16)}`);
    expect(slow.before('2001:db8:1:2:ffff::1')).toBe(2000);
    expect(slow.before('2001:db8:1:3::1')).toBe(0);
  });

  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.1.2.3'])('does not wait where it is exempt: %s', (address) => {
    const slow = slowDown();
    fail(slow, 1000, address);
    expect(slow.before(address)).toBe(0);
  });

  it('waits where nothing is exempt, on loopback too, and never where there is no delay', () => {
    const slow = slowDown({ exempt: [] });
    fail(slow, 11, '127.0.0.1');
    expect(slow.before('127.0.0.1')).toBe(1000);
    const none = slowDown({ delay: 0 });
    fail(none, 1000, '192.0.2.1', 'alice');
    expect([none.before('192.0.2.1'), none.after('alice')]).toEqual([0, 0]);
  });
});

describe('S35: an account to which many logins fail', () => {
  it('has its failures answered late, from wherever they come', () => {
    const slow = slowDown();
    for (let i = 0; i < 200; i++) fail(slow, 1, `198.51.100.${i}`, 'alice');
    expect(slow.after('alice')).toBe(10_000);
    expect(slow.after('bob')).toBe(0);
    expect(slow.after(undefined)).toBe(0);
  });

  it('lets its owner in at once from another address', () => {
    const slow = slowDown();
    for (let i = 0; i < 200; i++) fail(slow, 1, `198.51.100.${i}`, 'alice');
    expect(slow.before('203.0.113.1')).toBe(0); // and who succeeds is not asked about `after`
  });

  it('counts failures from exempt addresses too', () => {
    const slow = slowDown();
    fail(slow, 21, '127.0.0.1', 'alice');
    expect(slow.after('alice')).toBe(1000);
  });
});

it.each([
  'malformed-request',
  'incorrect-encoding',
  'invalid-mechanism',
  'aborted',
  'encryption-required',
  'temporary-auth-failure',
] as const)('%s is no guess', (condition) => {
  const slow = slowDown();
  for (let i = 0; i < 100; i++) slow.failed('192.0.2.1', condition, 'alice');
  expect([slow.before('192.0.2.1'), slow.after('alice')]).toEqual([0, 0]);
});

test('what was forgotten last is not what happened last: memory is bounded', () => {
  const levels = new LeakyLevels(1, MINUTE, 10, () => 0);
  levels.rise('first');
  levels.rise('second');
  for (let i = 0; i < 9999; i++) {
    levels.rise('first');
    levels.rise(`${i}`);
  }
  expect(levels.excess('first')).toBe(10);
  levels.rise('second');
  expect(levels.excess('second')).toBe(0); // it was forgotten
});

test('a clock that is set back forgives nothing and adds nothing', () => {
  clock = 10 * MINUTE;
  const levels = new LeakyLevels(1, MINUTE, 10, () => clock);
  levels.rise('a');
  levels.rise('a');
  clock = 0;
  expect(levels.excess('a')).toBe(1);
});

test('networks are addresses, or have a number of bits that fits', () => {
  for (const good of ['192.0.2.1', '192.0.2.0/24', '::1', '2001:db8::/32', '0.0.0.0/0'])
    expect(isNetwork(good)).toBe(true);
  for (const bad of ['', 'localhost', '192.0.2.0/33', '::/129', '192.0.2.0/', '192.0.2.0/1/2', '192.0.2.0/x']) {
    expect(isNetwork(bad)).toBe(false);
  }
});
