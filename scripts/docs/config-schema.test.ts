/** The schema for editors takes what a server takes, and refuses what it refuses. Checked by zod, which reads such schemas. */
import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { configSchema } from './config-schema.ts';
import { allModules } from './manifests.ts';
import { sample } from './sample.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

const schema = z.fromJSONSchema(configSchema(await allModules()));

/** Is it a configuration? */
const takes = (text: string): boolean => schema.safeParse(parse(text)).success;

test('takes the example, with every value that stands there in comments', () => {
  const example = read('config/example.yaml');
  expect(takes(example)).toBe(true);
  const shown = [...example.matchAll(/^#([a-z0-9_]+: .+)$/gm)].map(([, line = '']) => line);
  expect(shown.length).toBeGreaterThan(30);
  expect(shown.filter((line) => !takes(line))).toEqual([]);
});

test('takes the examples of the documentation', () => {
  const pages = readdirSync(new URL('docs/', root)).filter((name) => name.endsWith('.md'));
  const examples = pages.flatMap((name) =>
    [...read(`docs/${name}`).matchAll(/^```yaml\n([^]*?)^```/gm)].map(([, text = '']) => text),
  );
  expect(examples.length).toBeGreaterThan(1);
  expect(examples.filter((text) => !takes(text))).toEqual([]);
});

test.each([
  ['c2s_ports:\n  - 5222\n  - ${PORT}', true],
  ['c2s_ports: 5222', false],
  ['c2s_timeout: 2 minutes', true],
  ['c2s_timeout: true', false],
  ['c2s_prots: [1]', false],
  ['c2s_require_encryption: ${ENCRYPT}', true],
  ['c2s_require_encryption: maybe', false],
  ['storage: mysql', false],
  ['sql: {port: x}', false],
  ['sql: {password_file: /run/secrets/db}', true],
  ['sql: {host_file: x}', false],
  ['include: conf.d/*.yaml', true],
  ['include: [1]', false],
  ['hosts: {a.example: , b.example: {enabled: false, c2s_timeout: 30}}', true],
  ['hosts: {a.example: {data_path: x}}', false],
  ['components: {a.example: {module: muc}}', true],
  ['components: {a.example: {module: 1}}', false],
])('%s: %j', (text, fine) => {
  expect(takes(text)).toBe(fine);
});

test('says what each option means, whose it is, and its default', () => {
  const modules = [sample('a', { options: z.object({ x: z.int().default(3).describe('Meaning') }) })];
  expect(configSchema(modules).$defs?.['option_x']).toMatchObject({ description: 'Meaning (a)', default: 3 });
});

test('an option that two modules declare in different ways is an error', () => {
  const declare = (name: string, max: number) =>
    sample(name, { options: z.object({ x: z.int().max(max).describe('x') }) });
  expect(() => configSchema([declare('a', 1), declare('b', 1)])).not.toThrow();
  expect(() => configSchema([declare('a', 1), declare('b', 2)])).toThrow('the option x is declared in several ways');
});
