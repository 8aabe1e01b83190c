import { expect, test } from 'vitest';
import { allModules } from './manifests.ts';
import { sample } from './sample.ts';
import { supportedXeps } from './supported-xeps.ts';
import { XEPS, xepOf } from './xep-table.ts';

test('what several modules say of a specification is put together', () => {
  const modules = [
    sample('a', {
      xeps: [
        { xep: 30, version: '2' },
        { xep: 12, version: '2.0', note: 'of accounts' },
      ],
    }),
    sample('b', { xeps: [{ xep: 12, version: '2.0', note: 'of the server' }] }),
    sample('c', { xeps: [{ xep: 30, version: '2', note: 'in part' }] }),
  ];
  expect(supportedXeps(modules)).toEqual([
    { xep: 12, version: '2.0', modules: ['a', 'b'], notes: ['of accounts', 'of the server'], complete: false },
    { xep: 30, version: '2', modules: ['a', 'c'], notes: ['in part'], complete: true },
  ]);
});

test('two versions of one text are an error', () => {
  const modules = [
    sample('a', { xeps: [{ xep: 30, version: '2.4' }] }),
    sample('b', { xeps: [{ xep: 30, version: '2.5.0' }] }),
  ];
  expect(() => supportedXeps(modules)).toThrow('XEP 30: a followed 2.4, b 2.5.0');
});

test('the table has a row for each supported specification, and no other', async () => {
  expect([...XEPS.keys()]).toEqual(supportedXeps(await allModules()).map(({ xep }) => xep));
  expect(() => xepOf(9999)).toThrow('xep-table.ts has no row for XEP 9999');
});
