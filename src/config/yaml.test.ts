import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { ConfigError } from './config-error.ts';
import type { RawConfig, Settings } from './raw-config.ts';
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

const folder = mkdtempSync(join(tmpdir(), 'couplet-yaml-'));
const main = join(folder, 'main.yaml');

afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

async function read(text: string, environment: Record<string, string> = {}): Promise<RawConfig> {
  write('main.yaml', text);
  return readYaml(main, text, environment);
}

/** What is wrong with a configuration, without the path of the folder. */
async function problem(text: string, environment: Record<string, string> = {}): Promise<string> {
  try {
    await read(text, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replaceAll(`${folder}/`, '');
    throw error;
  }
  return 'no problem';
}

function values(settings: Settings | undefined): Record<string, unknown> {
  return Object.fromEntries([...(settings ?? [])].map(([name, { value }]) => [name, value]));
}

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
  '${',
  '${X',
  '${X:-}',
  'password_file',
  'include: [',
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

test('references: in texts and names of hosts, with a default, as a number where no quotes are, and not in secrets', async () => {
  const token = write('token', 'from ${a} file\n');
  const { settings, hosts } = await read(
    `a: "\${NAME}@\${HOST:-h.example}"
number: \${PORT}
yes: \${YES}
quoted: "\${PORT}"
mixed: x\${PORT}
sql:
  password: \${PORT}
  port: \${PORT}
none: "\${EMPTY:-}"
plain: "$username $\${NAME} $"
file: \${FROM_FILE}
hosts:
  \${NAME}.example:
    list: ["\${NAME}", "b"]
    \${PORT}: name
`,
    { NAME: 'n', PORT: '5432', YES: 'true', EMPTY: '', FROM_FILE_FILE: token },
  );
  expect(values(settings)).toEqual({
    ...{ a: 'n@h.example', number: 5432, yes: true, quoted: '5432', mixed: 'x5432' },
    ...{ sql: { password: '5432', port: 5432 }, none: '', plain: '$username ${NAME} $', file: 'from ${a} file' },
  });
  expect(hosts.map(({ domain, settings: own }) => [domain, values(own)])).toEqual([
    ['n.example', { list: ['n', 'b'], 5432: 'name' }],
  ]);
});

test('credentials and secrets come from files, at the folder of the configuration', async () => {
  write('secrets/db', 'with ${NAME}, as it is\n\n');
  const environment = { CREDENTIALS_DIRECTORY: join(folder, 'secrets') };
  const { settings } = await read(
    `sql:
  host: h
  password_file: secrets/db
component_secret: "<\${credential:db}>"
groups_file: stays.txt
other: \${credential:none:-x}
`,
    environment,
  );
  expect(values(settings)).toEqual({
    sql: { host: 'h', password: 'with ${NAME}, as it is\n' },
    component_secret: '<with ${NAME}, as it is\n>',
    groups_file: 'stays.txt',
    other: 'x',
  });
  expect(settings.get('sql')?.within(['password'])).toBe(`${main}:3`);
});

test.each([
  ['x: 1\ny: "${NONE}"', 'main.yaml:2: NONE is not set in the environment; ${NONE:-VALUE} gives it a default'],
  ['x: |\n  a\n  ${NONE}', 'main.yaml:3: NONE is not set'],
  ['x: ["${not a name}"]', 'main.yaml:1: "${" begins a reference'],
  ['\nx: ${credential:none}', 'main.yaml:2: there is no credential none'],
  ['\nx: ${credential:..}', 'main.yaml:2: .. is no name of a credential'],
  ['x: ${TWICE}', 'main.yaml:1: TWICE and TWICE_FILE are both set'],
  ['x:\n  ? [a, b]\n  : 1', 'main.yaml:2: a name must be a text, not a list or a table'],
  ['x: 1\n"a\\nb": 1', 'main.yaml:2: a name must be on one line'],
  ['sql:\n  password_file: none', 'main.yaml:2: password_file: ENOENT'],
  ['sql:\n  password_file: 1', 'main.yaml:2: password_file is the path of a file'],
  ['sql:\n  password: a\n  password_file: b', 'main.yaml:3: password is set already: main.yaml:2'],
])('%j is refused with file and line', async (text, message) => {
  const environment = { CREDENTIALS_DIRECTORY: folder, TWICE: 'a', TWICE_FILE: 'b' };
  expect(await problem(text, environment)).toContain(message);
});

test('includes: sorted, from their own folder on, hosts of several files are one', async () => {
  write('conf.d/b.yaml', 'b: 1\ninclude: deep/*.yaml\n');
  write('conf.d/a.yaml', 'hosts:\n  one.example: { b: 2 }\n  two.example:\n');
  write('conf.d/.hidden.yaml', 'not: [read');
  write('conf.d/deep/c.yaml', '\nc: 3\ncomponents:\n  c.example: { module: muc }\n');
  const { settings, hosts, file } = await read(
    'include: ["conf.d/*.yaml", "none/*.yaml"]\na: 0\nhosts:\n  one.example: { a: 1 }\n',
  );
  expect(file).toBe(main);
  expect(values(settings)).toEqual({ a: 0, b: 1, c: 3 });
  expect(hosts.map(({ domain, settings: own }) => [domain, values(own)])).toEqual([
    ['one.example', { a: 1, b: 2 }],
    ['two.example', {}],
    ['c.example', { module: 'muc' }],
  ]);
  expect(settings.get('c')?.at).toBe(join(folder, 'conf.d/deep/c.yaml:2'));
  expect(hosts[0]?.settings.get('b')?.within([])).toBe(join(folder, 'conf.d/a.yaml:2'));
});

test('includes: circles, doubles and what is missing are refused with file and line', async () => {
  write('circle.yaml', 'x: 1\ninclude: main.yaml\n');
  write('inner/self.yaml', 'include: "*.yaml"\n');
  write('double.yaml', '\na: 1\n');
  symlinkSync('.', join(folder, 'loop'));
  write('endless.yaml', 'include: loop/endless.yaml\n');
  expect(await problem('\ninclude: circle.yaml')).toBe('circle.yaml:2: main.yaml is there already: the first file');
  expect(await problem('include: inner/self.yaml')).toBe(
    'inner/self.yaml:1: inner/self.yaml is there already: main.yaml:1',
  );
  expect(await problem('include: endless.yaml')).toContain('endless.yaml:1: loop/endless.yaml is there already');
  expect(await problem('include:\n  - double.yaml\n  - double.yaml')).toBe(
    'main.yaml:3: double.yaml is there already: main.yaml:2',
  );
  expect(await problem('a: 0\ninclude: double.yaml')).toBe('double.yaml:2: a is set already: main.yaml:1');
  expect(await problem('include: none.yaml')).toMatch(/^main\.yaml:1: ENOENT/);
  expect(await problem('include: [[1]]')).toBe('main.yaml:1: include takes paths of files');
});
