import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { headComment, isExcused, lint, type Finding } from './lint.ts';

const IMPORTS = 'no-restricted-imports';

/** Files that break one rule each. */
const BREACHES: readonly { readonly file: string; readonly text: string; readonly rule: string }[] = [
  // Layers.
  { file: 'src/util/up.ts', text: `import { x } from '../xml/x.ts';\nx();`, rule: IMPORTS },
  { file: 'src/xml/up.ts', text: `import type { X } from '../host/x.ts';\nexport type Y = X;`, rule: IMPORTS },
  { file: 'src/xml/again.ts', text: `export { x } from '../host/x.ts';`, rule: IMPORTS },
  { file: 'src/xml/later.ts', text: `export const y = await import('../host/x.ts');`, rule: IMPORTS },
  { file: 'src/xml/in/side.ts', text: `import { x } from '../../host/x.ts';\nx();`, rule: IMPORTS },
  { file: 'src/xml/up.test.ts', text: `import { x } from '../host/x.ts';\nx();`, rule: IMPORTS },
  { file: 'src/xml/round.ts', text: `import { x } from '../../src/host/x.ts';\nx();`, rule: IMPORTS },
  { file: 'src/xml/self.ts', text: `import { x } from 'couplet/module';\nx();`, rule: IMPORTS },
  { file: 'src/jid/xml.ts', text: `import { x } from '../xml/x.ts';\nx();`, rule: IMPORTS },
  { file: 'src/stream/io.ts', text: `import { x } from '../net/interface.ts';\nx();`, rule: IMPORTS },
  { file: 'src/host/up.ts', text: `import { x } from '../modules/a/service.ts';\nx();`, rule: IMPORTS },
  { file: 'src/app/test.ts', text: `import { x } from '../../test/support/x.ts';\nx();`, rule: IMPORTS },
  { file: 'src/public.ts', text: `import { x } from './app/x.ts';\nx();`, rule: IMPORTS },
  // Interface files.
  { file: 'src/host/storage.ts', text: `import { x } from '../storage/x.ts';\nx();`, rule: IMPORTS },
  { file: 'src/host/cluster.ts', text: `import { x } from '../cluster/memory/x.ts';\nx();`, rule: IMPORTS },
  { file: 'src/modules/a/net.ts', text: `import { x } from '../../net/x.ts';\nx();`, rule: IMPORTS },
  // Modules.
  { file: 'src/modules/a/other.ts', text: `import { x } from '../b/b.ts';\nx();`, rule: IMPORTS },
  { file: 'src/modules/a/deep/other.ts', text: `import { x } from '../../b/b.ts';\nx();`, rule: IMPORTS },
  { file: 'src/modules/a/far.ts', text: `import { x } from '../../modules/b/b.ts';\nx();`, rule: IMPORTS },
  { file: 'src/modules/a/up.ts', text: `import { x } from '../../app/x.ts';\nx();`, rule: IMPORTS },
  // Cycles.
  {
    file: 'src/util/ring-a.ts',
    text: `import { b } from './ring-b.ts';\nexport const a = (): number => b();`,
    rule: 'no-cycle',
  },
  // Awaits.
  { file: 'src/util/float.ts', text: `const f = async (): Promise<void> => {};\nf();`, rule: 'no-floating-promises' },
  { file: 'src/util/misuse.ts', text: `[1].forEach(async () => {});`, rule: 'no-misused-promises' },
  { file: 'src/util/await.ts', text: `await 1;`, rule: 'await-thenable' },
  // Types.
  { file: 'src/util/any.ts', text: `export const f = (x: any): string => String(x);`, rule: 'no-explicit-any' },
  { file: 'src/util/unsafe.ts', text: `export const x: string = JSON.parse('');`, rule: 'no-unsafe-assignment' },
  { file: 'src/util/member.ts', text: `export const x = String(JSON.parse('').a);`, rule: 'no-unsafe-member-access' },
  { file: 'src/util/argument.ts', text: `encodeURI(JSON.parse(''));`, rule: 'no-unsafe-argument' },
  { file: 'src/util/call.ts', text: `JSON.parse('')();`, rule: 'no-unsafe-call' },
  { file: 'src/util/return.ts', text: `export const f = (): string => JSON.parse('');`, rule: 'no-unsafe-return' },
  { file: 'src/util/bang.ts', text: `export const f = (x?: string): string => x!;`, rule: 'no-non-null-assertion' },
  {
    file: 'src/util/as.ts',
    text: `export const f = (x: unknown): string => x as string;`,
    rule: 'consistent-type-assertions',
  },
  { file: 'src/util/ignore.ts', text: `// @ts-ignore\nexport const x: string = 1;`, rule: 'ban-ts-comment' },
  {
    file: 'src/util/type.ts',
    text: `import { Ring } from './ring.ts';\nexport type R = Ring;`,
    rule: 'consistent-type-imports',
  },
  {
    file: 'src/util/import-type.ts',
    text: `export type R = import('./ring.ts').Ring;`,
    rule: 'consistent-type-imports',
  },
  { file: 'src/util/throw.ts', text: `throw 'no';`, rule: 'only-throw-error' },
  {
    file: 'src/util/switch.ts',
    text: `export function f(x: 'a' | 'b'): void {\n  switch (x) {\n    case 'a':\n  }\n}`,
    rule: 'switch-exhaustiveness-check',
  },
  // Habits.
  { file: 'src/util/default.ts', text: `export default 1;`, rule: 'no-default-export' },
  { file: 'src/util/camelCase.ts', text: `export const x = 1;`, rule: 'filename-case' },
  { file: 'src/util/console.ts', text: `console.log('x');`, rule: 'no-console' },
  { file: 'src/util/equal.ts', text: `export const f = (x: unknown): boolean => x == 1;`, rule: 'eqeqeq' },
];

/** Files in which nothing is to be found. */
const FINE: Readonly<Record<string, string>> = {
  'src/xml/x.ts': `import { Ring } from '../util/ring.ts';\nexport const x = (): Ring => new Ring();`,
  'src/util/ring.ts': `export class Ring {\n  readonly size = 0;\n}`,
  'src/util/ring-b.ts': `import { a } from './ring-a.ts';\nexport const b = (): number => a();`,
  'src/util/excused.ts': `// Uses \`as\` and \`!\`: a test.\nexport const f = (x: unknown): string => x as string;`,
  'src/jid/names.ts': `import { NS } from '../xml/namespaces.ts';\nexport const n = NS;`,
  'src/xml/namespaces.ts': `export const NS = 'urn';`,
  'src/storage/x.ts': `export const x = (): number => 1;`,
  'src/storage/unit.ts': `export const u = (): number => 1;`,
  'src/storage/memory/inside.ts': `import { x } from '../x.ts';\nexport const y = x;`,
  'src/cluster/memory/x.ts': `export const x = (): number => 1;`,
  'src/net/x.ts': `export const x = (): number => 1;`,
  'src/net/interface.ts': `export const x = (): number => 1;`,
  'src/host/x.ts': `import { u } from '../storage/unit.ts';\nexport const x = u;`,
  'src/host/driver.test.ts': `import { x } from '../storage/x.ts';\nimport { y } from '../../test/support/x.ts';\nx();\ny();`,
  'src/modules/a/a.ts': `import { x } from '../../host/x.ts';\nimport { s } from '../b/service.ts';\nimport { d } from './deep/d.ts';\nexport default [x, s, d];`,
  'src/modules/a/deep/d.ts': `import { s } from '../../b/service.ts';\nimport { p } from '../protocol.ts';\nexport const d = [s, p];`,
  'src/modules/a/protocol.ts': `export const p = 1 as const;`,
  'src/modules/a/service.ts': `export const x = (): number => 1;`,
  'src/modules/b/b.ts': `export const x = (): number => 1;`,
  'src/modules/b/service.ts': `export const s = 1;`,
  'src/app/x.ts': `import { x } from '../storage/x.ts';\nimport b from '../modules/a/a.ts';\nexport const y = [x, b];`,
  'test/support/x.ts': `export const y = (): number => 1;`,
};

const root = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'couplet-lint-'));
let findings: readonly Finding[] = [];

beforeAll(() => {
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const name of ['.oxlintrc.json', 'tsconfig.json', 'package.json']) cpSync(join(root, name), join(folder, name));
  for (const [file, text] of [...BREACHES.map(({ file, text }) => [file, text] as const), ...Object.entries(FINE)]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${text}\n`);
  }
  findings = lint(folder, ['src', 'test']);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('what the linter finds', () => {
  test.each(BREACHES)('$rule in $file', ({ file, rule }) => {
    const codes = findings.filter((found) => found.filename === file).map((found) => found.code);
    expect(codes).toContainEqual(expect.stringContaining(rule));
  });
});

test('it finds nothing in code that keeps the rules', () => {
  expect(findings.filter((found) => found.filename in FINE && found.filename !== 'src/util/ring-b.ts')).toEqual([]);
});

describe('the excuse for `as`', () => {
  const found: Finding = { code: 'typescript(consistent-type-assertions)', filename: 'a.ts', message: '', labels: [] };

  test('stands in a comment before any code', () => {
    expect(headComment('// one\n\n/* two\n */\nimport x; // three')).toBe('// one\n\n/* two\n */\n');
    expect(isExcused(found, '/** Parser. Uses `as`: rows. */\nconst x = y as Z;')).toBe(true);
    expect(isExcused(found, '// Uses `as number`: every index is in range.\nlet x;')).toBe(true);
    expect(isExcused(found, 'const x = 1;\n// Uses `as`: too late.')).toBe(false);
    expect(isExcused(found, '/** Known as a parser. */')).toBe(false);
  });

  test('is no excuse for anything else', () => {
    expect(isExcused({ ...found, code: 'typescript(no-explicit-any)' }, '// Uses `as`.')).toBe(false);
  });
});
