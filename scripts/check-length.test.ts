import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { lengthProblems } from './check-length.ts';

const root = mkdtempSync(join(tmpdir(), 'couplet-length-'));
mkdirSync(join(root, 'src/xml'), { recursive: true });
mkdirSync(join(root, 'docs/decisions'), { recursive: true });

function write(path: string, lines: readonly string[]): void {
  writeFileSync(join(root, path), lines.map((line) => `${line}\n`).join(''));
}

const line = (): string => '// line';

afterEach(() => {
  rmSync(join(root, 'docs/decisions/file-length.md'), { force: true });
});

afterAll(() => {
  rmSync(root, { recursive: true });
});

test('400 lines pass, 401 do not', () => {
  write('src/xml/a.ts', Array.from({ length: 400 }, line));
  expect(lengthProblems(root)).toEqual([]);
  write('src/xml/a.ts', Array.from({ length: 401 }, line));
  expect(lengthProblems(root)).toEqual([expect.stringMatching(/^src\/xml\/a\.ts: 401 lines/)]);
});

test('a written reason lets a long file pass, and only while it is long', () => {
  write('src/xml/a.ts', Array.from({ length: 401 }, line));
  write('docs/decisions/file-length.md', ['# File length', '', '- `src/xml/a.ts`: one table']);
  expect(lengthProblems(root)).toEqual([]);
  write('docs/decisions/file-length.md', ['- `src/xml/a.ts`:', '- `src/xml/gone.ts`: x']);
  expect(lengthProblems(root)).toEqual([
    expect.stringMatching(/^src\/xml\/a\.ts: 401 lines/),
    'docs/decisions/file-length.md: src/xml/gone.ts does not exist',
  ]);
  write('src/xml/a.ts', [line()]);
  write('docs/decisions/file-length.md', ['- `src/xml/a.ts`: one table']);
  expect(lengthProblems(root)).toEqual([expect.stringContaining('needs no reason')]);
});
