import { expect, test } from 'vitest';
import { closingLines, type ReportedModule } from './closing-reporter.ts';

function module(
  name: string,
  states: readonly string[],
  rest: { errors?: number; missing?: string[] } = {},
): ReportedModule {
  return {
    relativeModuleId: name,
    children: { allTests: () => states.map((state) => ({ result: () => ({ state }) })) },
    errors: () => new Array<string>(rest.errors ?? 0).fill('error'),
    meta: () => (rest.missing === undefined ? {} : { missing: rest.missing }),
  };
}

test('the count of all files', () => {
  expect(closingLines([module('a', ['passed', 'failed']), module('b', ['passed'])], 0)).toEqual([
    '2 passed, 1 failed, 0 skipped',
  ]);
});

test('a file that did not load and an error outside of tests are failures', () => {
  expect(closingLines([module('a', [], { errors: 1 }), module('b', ['passed'])], 2)).toEqual([
    '1 passed, 3 failed, 0 skipped',
  ]);
});

test('skipped tests are listed with what was missing', () => {
  const modules = [
    module('a', ['skipped', 'skipped', 'passed'], { missing: ['prosody is not installed', 'CORPUS is not set'] }),
    module('b', ['skipped']),
  ];
  expect(closingLines(modules, 0)).toEqual([
    'skipped 2 in a: prosody is not installed; CORPUS is not set',
    'skipped 1 in b: by the file itself',
    '1 passed, 0 failed, 3 skipped',
  ]);
});
