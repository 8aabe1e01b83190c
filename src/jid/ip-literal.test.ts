import { isIPv4 } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalIpv6, endsInNumber, isIpv4 } from './ip-literal.ts';

test.each([
  ['127.0.0.1', true],
  ['0', true],
  ['a.1', true],
  ['0x7f000001', true],
  ['a.0x', true],
  ['1a', false],
  ['1.a', false],
  ['0xg', false],
  ['a.0x1.b', false],
  ['', false],
])('endsInNumber(%j)', (host, number) => {
  expect(endsInNumber(host)).toBe(number);
});

test.each(['0.0.0.0', '127.0.0.1', '255.255.255.255', '1.20.0.99'])('%s is an IPv4 address', (host) => {
  expect(isIpv4(host)).toBe(true);
});

test.each([
  '1.2.3',
  '1.2.3.4.5',
  '1.2.3.256',
  '01.2.3.4',
  '1.2.3.04',
  '1.2.3.',
  '.1.2.3',
  '1..2.3',
  '0x1.2.3.4',
  '1e1.2.3.4',
  '-0.0.0.0',
  '1.2.3.+4',
])('%s is no IPv4 address', (host) => {
  expect(isIpv4(host)).toBe(false);
});

test('agrees with Node.js on every text of digits and dots', () => {
  const text = fc
    .array(fc.constantFrom('0', '1', '2', '5', '9', '.', '.'), { maxLength: 15 })
    .map((parts) => parts.join(''));
  const address = fc.array(fc.nat(300), { minLength: 3, maxLength: 5 }).map((numbers) => numbers.join('.'));
  fc.assert(
    fc.property(fc.oneof(text, address), (host) => {
      expect(isIpv4(host)).toBe(isIPv4(host));
    }),
  );
});

test.each([
  ['[::1]', '[::1]'],
  ['[0:0:0:0:0:0:0:1]', '[::1]'],
  ['[2001:DB8::00A]', '[2001:db8::a]'],
  ['[2001:db8:0:0:1:0:0:1]', '[2001:db8::1:0:0:1]'],
  ['[::ffff:192.0.2.1]', '[::ffff:c000:201]'],
  ['[0000:0000:0000:0000:0000:ffff:192.0.2.100]', '[::ffff:c000:264]'],
])('%s becomes %s', (host, canonical) => {
  expect(canonicalIpv6(host)).toBe(canonical);
  expect(canonicalIpv6(canonical)).toBe(canonical);
});

test.each([
  '[]',
  '[1]',
  '[:]',
  '[1:2]',
  '[::1',
  '::1]',
  '[::1]:5222',
  '[::1].',
  '[::g]',
  '[::1%25eth0]',
  '[::1%eth0]',
  '[fe80::1%1]',
  '[v1.a]',
  '[127.0.0.1]',
  '[::127.0.0.1.2]',
  '[::01.2.3.4]',
  '[12345::]',
  '[1::2::3]',
  '[1:2:3:4:5:6:7:8:9]',
  `[${'0'.repeat(1000)}::1]`,
  '[::1]/x]',
  '[::1]\n',
])('%s is malformed', (host) => {
  expect(canonicalIpv6(host)).toBeUndefined();
});
