/** No source file is longer than 400 lines, unless the reason is written down. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { report } from './report.ts';
import { sourceFiles } from './source-files.ts';

const LIMIT = 400;

/** Where the exceptions stand: list items of the form "- `path`: reason". */
const REASONS = 'docs/decisions/file-length.md';

const HELP = `usage: node scripts/check-length.ts

Fails on a file of src or ui with more than ${LIMIT} lines that ${REASONS}
does not list, and on a listed file that no longer needs it.
`;

/** What is wrong in the repository at `root`, one line each. */
export function lengthProblems(root: string): string[] {
  const excused = new Set(readReasons(root));
  const problems: string[] = [];
  for (const path of sourceFiles(root, ['src', 'ui'], ['.ts', '.tsx', '.js', '.css'])) {
    const lines = readFileSync(join(root, path), 'utf8').split('\n').length - 1;
    const listed = excused.delete(path);
    if (lines > LIMIT && !listed)
      problems.push(`${path}: ${lines} lines, more than ${LIMIT}: split it, or give the reason in ${REASONS}`);
    if (lines <= LIMIT && listed) problems.push(`${REASONS}: ${path} has ${lines} lines and needs no reason`);
  }
  for (const path of excused) problems.push(`${REASONS}: ${path} does not exist`);
  return problems;
}

function readReasons(root: string): string[] {
  let text: string;
  try {
    text = readFileSync(join(root, REASONS), 'utf8');
  } catch {
    return []; // no exceptions
  }
  return Array.from(text.matchAll(/^- `([^`]+)`: \S/gm), (match) => match[1] ?? '');
}

if (import.meta.main) report(HELP, () => lengthProblems('.'));
