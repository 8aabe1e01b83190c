import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { lockProblems } from './check-lock.ts';

const sound = { version: '1.0.0', integrity: 'sha512-x' };
const packageJson = { dependencies: { a: '1.0.0' }, optionalDependencies: { 'a-linux': '1.0.0' } };
const packages = {
  '': packageJson,
  'node_modules/a': { ...sound, dependencies: { b: '^1.0.0' }, optionalDependencies: { 'a-darwin': '1.0.0' } },
  'node_modules/a-linux': sound,
  'node_modules/a/node_modules/b': {
    ...sound,
    peerDependencies: { c: '1', d: '1' },
    peerDependenciesMeta: { d: { optional: true } },
  },
  'node_modules/a-darwin': sound,
  'node_modules/c': sound,
};

function problems(changed: Record<string, unknown>, manifest: object = packageJson): string[] {
  const all = Object.entries({ ...packages, ...changed }).filter(([, entry]) => entry !== undefined);
  return lockProblems(manifest, { lockfileVersion: 3, packages: Object.fromEntries(all) });
}

test('a complete lock file is in order', () => {
  expect(problems({})).toEqual([]);
});

test('so is the one of this repository', () => {
  const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));
  expect(lockProblems(read('package.json'), read('package-lock.json'))).toEqual([]);
});

test('a binding for another platform must not be missing', () => {
  expect(problems({ 'node_modules/a-darwin': undefined })).toEqual([
    'package-lock.json: node_modules/a needs a-darwin, which is missing',
  ]);
});

test('a dependency must be where the package that needs it looks', () => {
  const elsewhere = { 'node_modules/a/node_modules/b': undefined, 'node_modules/c/node_modules/b': sound };
  expect(problems(elsewhere)).toEqual(['package-lock.json: node_modules/a needs b, which is missing']);
  expect(problems({ 'node_modules/c': undefined })).toEqual([
    'package-lock.json: node_modules/a/node_modules/b needs c, which is missing',
  ]);
});

test.each([
  ['no integrity', { version: '1.0.0' }, 'has no integrity'],
  ['an address', { ...sound, resolved: 'https://registry.example/a.tgz' }, 'names where it came from'],
  ['an install script', { ...sound, hasInstallScript: true }, 'install script'],
])('%s', (_, entry, message) => {
  expect(problems({ 'node_modules/c': entry })).toEqual([expect.stringContaining(message)]);
});

test('an install script that is allowed by name', () => {
  const allowing = (name: string): string[] =>
    problems(
      { 'node_modules/@x/c': { ...sound, hasInstallScript: true } },
      { ...packageJson, allowScripts: { [name]: true } },
    );
  expect(allowing('@x/c')).toEqual([]);
  expect(allowing('c')).toEqual([expect.stringContaining('install script')]);
});

test('versions in package.json are exact', () => {
  const loose = { ...packageJson, dependencies: { a: '^1.0.0' } };
  expect(problems({ '': loose }, loose)).toEqual(['package.json: dependencies.a is "^1.0.0", not an exact version']);
});

test('both files agree', () => {
  expect(problems({}, { ...packageJson, dependencies: { a: '1.0.1' } })).toEqual([
    'package-lock.json differs from package.json in dependencies.a: run `npm install`',
  ]);
  expect(problems({}, { dependencies: { a: '1.0.0' } })).toEqual([
    expect.stringContaining('optionalDependencies.a-linux'),
  ]);
});
