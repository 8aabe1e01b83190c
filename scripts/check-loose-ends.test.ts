import { expect, test } from 'vitest';
import { looseEnds } from './check-loose-ends.ts';

test.each([
  '// TODO later',
  '// TODO(soon): later',
  '// FIXME',
  "throw new Error('not implemented');",
  '// Not yet implemented',
  '// @ts-ignore',
  '// @ts-nocheck',
  'const x = y as any;',
  'const x: any = y;',
  'function f(x: any, y: any): any {',
  'const x = new Map<string, any>();',
  '// oxlint-disable-next-line no-console',
  "test.only('x', () => {});",
])('%s', (line) => {
  expect(looseEnds('src/a.ts', `const a = 1;\n${line}\n`)).toEqual([expect.stringMatching(/^src\/a\.ts:2: /)]);
});

test.each([
  '// TODO(#12): page backwards',
  "condition: 'feature-not-implemented',",
  '// oxlint-disable-next-line no-console -- the first line is printed before there is a log',
  '// in any case: any order, any time',
  "import { any } from './any.ts';",
])('%s is in order', (line) => {
  expect(looseEnds('src/a.ts', line)).toEqual([]);
});

test('re-exports, also over several lines', () => {
  const text =
    "const a = 1;\nexport {\n  b,\n} from './b.ts';\nexport * from './c.ts';\nexport type { D } from './d.ts';\nexport { a };\n";
  expect(looseEnds('src/x/a.ts', text).map((problem) => problem.split(':')[1])).toEqual(['2', '5', '6']);
  expect(looseEnds('src/module.ts', text)).toEqual([]);
});
