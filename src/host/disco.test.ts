import { expect, test } from 'vitest';
import { Disco } from './disco.ts';

test('two modules may announce one feature; it goes with the second', () => {
  const disco = new Disco();
  const first = disco.addFeature('urn:a', 'host');
  const second = disco.addFeature('urn:a', 'host');
  first();
  first();
  expect(disco.features('host')).toEqual(['urn:a']);
  second();
  expect(disco.features('host')).toEqual([]);
});

test('host and accounts are told apart', () => {
  const disco = new Disco();
  disco.addFeature('urn:host', 'host');
  disco.addFeature('urn:account', 'account');
  expect(disco.features('host')).toEqual(['urn:host']);
  expect(disco.features('account')).toEqual(['urn:account']);
});

test('the ver changes with what it stands for, and back', () => {
  const disco = new Disco();
  disco.addIdentity({ category: 'server', type: 'im' }, 'host');
  const before = disco.ver;
  const undo = disco.addFeature('urn:a', 'host');
  expect(disco.ver).not.toBe(before);
  undo();
  expect(disco.ver).toBe(before);
});
