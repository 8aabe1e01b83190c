/** The generators as programs: what is stale is told, and written anew. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const copy = mkdtempSync(join(tmpdir(), 'couplet-docs-'));

beforeAll(() => {
  for (const name of ['scripts', 'docs', 'config', 'examples', 'package.json', '.prettierrc.json', 'README.md']) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  for (const name of ['src', 'node_modules']) symlinkSync(join(root, name), join(copy, name));
});

afterAll(() => {
  rmSync(copy, { recursive: true });
});

function run(script: string, ...parameters: string[]): { status: number | null; output: string } {
  const path = join(copy, 'scripts', `${script}.ts`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...parameters], { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

const FILES: readonly [string, readonly string[]][] = [
  [
    'generate-docs',
    [
      'modules.md',
      'options.md',
      'events.md',
      'xeps.md',
      'defaults.md',
      'environment.md',
      'decisions/README.md',
      'writing-a-module.md',
    ],
  ],
  ['generate-doap', ['couplet.doap']],
];

test.each(FILES)('%s tells which files are stale, and writes them', (script, names) => {
  const paths = names.map((name) => `docs/${name}`);
  const stale = '<!-- embed: examples/note/note.ts -->\nold\n<!-- /embed -->\n';
  for (const path of paths) writeFileSync(join(copy, path), stale);

  const told = paths.map((path) => `${path} is stale: run \`node scripts/${script}.ts\` (or \`npm run docs\`)\n`);
  expect(run(script, '--check')).toEqual({ status: 1, output: told.join('') });
  expect(paths.filter((path) => readFileSync(join(copy, path), 'utf8') !== stale)).toEqual([]);

  expect(run(script)).toEqual({ status: 0, output: paths.map((path) => `wrote ${path}\n`).join('') });
  expect(paths.filter((path) => readFileSync(join(copy, path), 'utf8') === stale)).toEqual([]);

  expect(run(script, '--check')).toEqual({ status: 0, output: '' });
});
