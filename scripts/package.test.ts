/** The package as others get it: what is in it, that it runs, and that its types can be used. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { sourceFiles } from './source-files.ts';

const root = resolve(import.meta.dirname, '..');
const temporary = mkdtempSync(join(tmpdir(), 'couplet-package-'));
const home = join(temporary, 'node_modules/couplet');
const manifest = z
  .object({ version: z.string(), dependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));

function run(command: string, parameters: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(command, parameters, { cwd: temporary, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

beforeAll(() => {
  mkdirSync(home, { recursive: true });
  for (const name of ['bin', 'package.json']) cpSync(join(root, name), join(home, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'));
  expect(run(process.execPath, [join(root, 'scripts/build.js'), join(home, 'dist')])).toEqual({
    status: 0,
    output: '',
  });
}, 60_000);

afterAll(() => {
  rmSync(temporary, { recursive: true });
});

test('it holds no tests and nothing made for them', () => {
  const files = sourceFiles(home, ['dist'], ['.js', '.ts']);
  expect(files).toContain('dist/couplet.js');
  expect(files.filter((path) => /test|conformance|simulation/.test(path))).toEqual([]);
});

test('it imports only what it depends on', () => {
  const wanted = new Set<string>();
  for (const path of sourceFiles(home, ['dist'], ['.js'])) {
    const text = readFileSync(join(home, path), 'utf8');
    for (const match of text.matchAll(
      /^(?:import|export) (?:[^'"]* from )?['"]([^.'"][^'"]*)['"]|\bimport\(['"]([^.'"][^'"]*)['"]\)/gm,
    )) {
      const name = match[1] ?? match[2] ?? '';
      if (!isBuiltin(name)) wanted.add(name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
    }
  }
  expect([...wanted]).toContain('pg');
  expect([...wanted].filter((name) => !(name in manifest.dependencies))).toEqual([]);
});

test.each(['couplet', 'coupletctl', 'prosodyctl'])('%s runs', (name) => {
  const { status, output } = run(join(home, 'bin', name), ['--version']);
  expect(status, output).toBe(0);
  expect(output).toContain(manifest.version);
});

test('its storage threads run', () => {
  const file = join(temporary, 'couplet.yaml');
  writeFileSync(file, `data_path: ${join(temporary, 'data')}\nhosts: { localhost: }\n`);
  const control = join(home, 'bin/coupletctl');
  const { status, output } = run(control, ['--config', file, 'register', 'romeo', 'localhost', 'secret']);
  expect(status, output).toBe(0);
  expect(run(control, ['--config', file, 'user', 'list', 'localhost']).output).toBe('romeo@localhost\n');
});

test('a module written elsewhere compiles and loads, and one with a mistake does not compile', () => {
  const source = readFileSync(join(root, 'examples/note/note.ts'), 'utf8').replaceAll(
    '../../src/module.ts',
    'couplet/module',
  );
  expect(source).toContain('m.feature(');
  writeFileSync(join(temporary, 'package.json'), '{ "type": "module" }');
  symlinkSync(join(root, 'node_modules/zod'), join(temporary, 'node_modules/zod'));
  writeFileSync(join(temporary, 'note.ts'), source);
  writeFileSync(join(temporary, 'mistake.ts'), source.replace('m.feature(', 'm.featur('));
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'esnext', ...types];
  const errors = run('tsc', [...options, 'note.ts', 'mistake.ts'])
    .output.trim()
    .split('\n');
  expect(errors).toEqual([expect.stringMatching(/^mistake\.ts\(.*featur/)]);
  const script = "console.log((await import('./note.ts')).default.name)";
  expect(run('node', ['--input-type=module', '--eval', script])).toEqual({ status: 0, output: 'note\n' });
});
