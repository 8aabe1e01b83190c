import { expect, test } from 'vitest';
import { interfacesOf } from './interfaces.ts';

const both = { use_ipv4: true, use_ipv6: true };

test('what a service says itself wins, then what is said of all; else all addresses of the families that are wanted', () => {
  expect(interfacesOf(['10.0.0.1'], { ...both, interfaces: ['10.0.0.2'] })).toEqual(['10.0.0.1']);
  expect(interfacesOf(undefined, { ...both, interfaces: ['10.0.0.2', '::1'], use_ipv6: false })).toEqual([
    '10.0.0.2',
    '::1',
  ]);
  expect(interfacesOf(undefined, both)).toEqual(['*', '::']);
  expect(interfacesOf(undefined, { ...both, use_ipv4: false })).toEqual(['::']);
  expect(interfacesOf(undefined, { ...both, use_ipv6: false })).toEqual(['*']);
});
