import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigError } from './config-error.ts';
import { readYaml } from './yaml.ts';

const SOURCE = `admins: [a@b.example, "c@d"]
sql: &sql {driver: SQLite3, database: x}
other: *sql
hosts:
  h.example:
    name: |
      two
      lines
components:
  c.example: { module: muc }
`;

const PIECES = [
  '',
  '"',
  '}',
  '{',
  '[',
  ': ',
  '- ',
  '&a ',
  '*a',
  '!!js/function ',
  '\t',
  '\n',
  '\0',
  '|',
  '<<: *sql',
  '#',
];

test('S125: a mangled configuration is read, or refused with a place in every line', async () => {
  const edit = fc.tuple(fc.nat(SOURCE.length), fc.nat(8), fc.constantFrom(...PIECES));
  const mangled = fc
    .array(edit, { minLength: 1, maxLength: 4 })
    .map((edits) =>
      edits.reduce((text, [at, length, put]) => text.slice(0, at) + put + text.slice(at + length), SOURCE),
    );
  await fc.assert(
    fc.asyncProperty(mangled, async (text) => {
      try {
        await readYaml('/x.yaml', text);
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigError);
        if (error instanceof ConfigError) expect(error.message).toMatch(/^\/x\.yaml:\d+: /);
      }
    }),
    { numRuns: 300 },
  );
});
