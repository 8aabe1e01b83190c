/** Finds what was left for later without saying so, and ways around the type checker. */
import { readFileSync } from 'node:fs';
import { report } from './report.ts';
import { sourceFiles } from './source-files.ts';

const HELP = `usage: node scripts/check-loose-ends.ts

Fails on unfinished work and on ways around the type checker in src, ui, test and bench.
`;

/** What may not stand in a line, and what to say about it. */
const LOOSE: readonly { readonly pattern: RegExp; readonly message: string }[] = [
  { pattern: /\bTODO\b(?!\(#\d+\))/, message: 'TODO without the issue it belongs to: TODO(#123)' },
  { pattern: /\b(?:FIXME|XXX|HACK)\b/, message: 'finish it, or write TODO(#123)' },
  { pattern: /\bnot (?:yet )?implemented\b/i, message: 'a stub: leave out what does not work' },
  { pattern: /@ts-(?:ignore|nocheck)/, message: 'the type checker is not to be silenced' },
  { pattern: /\bas any\b|[:<,]\s*any\b(?=\s*(?:[=,;)>[\]|&]|$))/, message: 'any' },
  { pattern: /(?:oxlint|eslint)-disable(?!.*\s--\s\S)/, message: 'a lint rule set aside without its reason: … -- why' },
  { pattern: /\b(?:test|describe|it)\.only\b/, message: 'runs one test and hides the others' },
];

/** In `src` besides: every name is imported from where it is declared. The public face of the package is the exception. */
const RE_EXPORT = /^export (?:type )?(?:\*|\{[^}]*\})(?: as \w+)? from /gm;

/** What is loose in the text of the file `path`: `path:line: message`. */
export function looseEnds(path: string, text: string): string[] {
  const problems = text
    .split('\n')
    .flatMap((line, index) =>
      LOOSE.filter(({ pattern }) => pattern.test(line)).map(({ message }) => `${path}:${index + 1}: ${message}`),
    );
  if (!path.startsWith('src/') || path === 'src/module.ts') return problems;
  for (const { index } of text.matchAll(RE_EXPORT)) {
    const line = text.slice(0, index).split('\n').length;
    problems.push(`${path}:${line}: re-export: import it from where it is declared`);
  }
  return problems;
}

if (import.meta.main) {
  report(HELP, () =>
    sourceFiles('.', ['src', 'ui', 'test', 'bench'], ['.ts', '.tsx', '.js', '.py', '.xmpp']).flatMap((path) =>
      looseEnds(path, readFileSync(path, 'utf8')),
    ),
  );
}
