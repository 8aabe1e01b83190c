/**
 * Runs oxlint. A file may use `as` or `!` where the comment at its head names the operator and says why; findings so
 * excused are left out.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const HELP = `usage: node scripts/lint.ts [PATH…]

Lints the repository, or only PATH. The configuration is generated: see scripts/layers.ts and scripts/lint-rules.ts.
`;

/** Rules that a file's first comment can set aside, and what it has to name. */
const EXCUSES: Readonly<Record<string, RegExp>> = {
  'typescript(consistent-type-assertions)': /`as\b[^`]*`/,
  'typescript(no-non-null-assertion)': /`!`/,
};

const finding = z.object({
  message: z.string(),
  code: z.string().default('syntax'),
  filename: z.string(),
  labels: z.array(z.object({ span: z.object({ line: z.number(), column: z.number() }) })),
});

/** One thing that oxlint found. */
export type Finding = z.infer<typeof finding>;

/** All comments before the first line of code. */
export function headComment(source: string): string {
  return /^(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)*/.exec(source)?.[0] ?? '';
}

/** Does the head of `source` say why the rule that `found` names is set aside? */
export function isExcused(found: Finding, source: string): boolean {
  return EXCUSES[found.code]?.test(headComment(source)) ?? false;
}

/** Lint `paths` (everything if empty) below `folder`; sorted by place, excused findings left out. */
export function lint(folder: string, paths: readonly string[] = []): Finding[] {
  const { stdout, stderr } = spawnSync('oxlint', ['--format', 'json', ...paths], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 120_000,
  });
  if (!stdout.startsWith('{')) throw new Error(`oxlint: ${stdout}${stderr}`);
  return z
    .object({ diagnostics: z.array(finding) })
    .parse(JSON.parse(stdout))
    .diagnostics.filter((found) => !isExcused(found, readFileSync(`${folder}/${found.filename}`, 'utf8')))
    .sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

function place({ filename, labels }: Finding): string {
  const span = labels[0]?.span;
  return span === undefined ? filename : `${filename}:${span.line}:${span.column}`;
}

if (import.meta.main) {
  const parameters = process.argv.slice(2);
  if (parameters.includes('--help')) {
    process.stdout.write(HELP);
  } else {
    const findings = lint('.', parameters);
    for (const found of findings) process.stdout.write(`${place(found)}: ${found.message} ${found.code}\n`);
    if (findings.length > 0) process.stdout.write(`${findings.length} problems\n`);
    process.exitCode = findings.length > 0 ? 1 : 0;
  }
}
