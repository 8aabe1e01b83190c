import { expect, test } from 'vitest';
import { embed } from './embed.ts';

const files = new Map([
  ['examples/a.ts', "import { el } from '../../src/module.ts';\n\nel('$&');\n"],
  ['examples/fence.md', '```\n'],
]);

function read(path: string): string {
  const text = files.get(path);
  if (text === undefined) throw new Error(`no file ${path}`);
  return text;
}

const block = (path: string, inside = ''): string => `<!-- embed: ${path} -->\n${inside}<!-- /embed -->`;
const made = "```ts\nimport { el } from 'couplet/module';\n\nel('$&');\n```\n";

test('a file is put between the marks, in place of what was there', () => {
  const page = `Before.\n\n${block('examples/a.ts')}\n\nBetween.\n\n${block('examples/a.ts', '```ts\nold\n```\n')}\n`;
  const wanted = `Before.\n\n${block('examples/a.ts', made)}\n\nBetween.\n\n${block('examples/a.ts', made)}\n`;
  expect(embed(page, read)).toBe(wanted);
  expect(embed(wanted, read)).toBe(wanted);
});

test.each([
  ['a file that there is not', block('examples/b.ts'), 'no file examples/b.ts'],
  ['a fence inside', block('examples/fence.md'), 'it has a fence of its own'],
  ['a mark that is never closed', '<!-- embed: examples/a.ts -->\ntext\n', 'without its counterpart'],
  ['a mark that was never opened', `text\n<!-- /embed -->\n`, 'without its counterpart'],
  ['a mark inside', `<!-- embed: examples/a.ts -->\n${block('examples/a.ts')}`, 'without its counterpart'],
])('%s is an error', (_, page, message) => {
  expect(() => embed(page, read)).toThrow(message);
});
