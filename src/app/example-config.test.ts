/** config/example.yaml says what is true. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { readYaml } from '../config/yaml.ts';
import { HOST_OPTIONS, OWN_OPTIONS, SERVER_OPTIONS } from './core-options.ts';
import { MODULE_NAMES, findModule } from './modules.ts';
import { settingsOf } from './settings.ts';

const EXAMPLE = readFileSync(new URL('../../config/example.yaml', import.meta.url), 'utf8');

/** A name that stands in the file at the beginning of a line, perhaps commented out. */
const isThere = (name: string): boolean => new RegExp(`^ *#? *${name}:`, 'm').test(EXAMPLE);

test('it is a configuration without a warning', async () => {
  const { hosts, warnings } = await settingsOf(await readYaml('/etc/couplet.yaml', EXAMPLE));
  expect(hosts.map(({ domain }) => domain)).toEqual(['example.org']);
  expect(warnings).toEqual([]);
});

test('every option of the server and of hosts is there, with its default', async () => {
  for (const { shape } of [SERVER_OPTIONS, HOST_OPTIONS, OWN_OPTIONS]) {
    expect(Object.keys(shape).filter((name) => !isThere(name))).toEqual([]);
  }
  for (const name of Object.keys(SERVER_OPTIONS.shape.sql.unwrap().shape)) {
    expect(EXAMPLE).toMatch(new RegExp(`^#  ${name}: `, 'm'));
  }
  const without = EXAMPLE.replaceAll(/^#((?:storage|log|admin_socket|authentication|modules_disabled): .*)$/gm, '$1');
  expect(without).not.toBe(EXAMPLE);
  const [same, plain] = await Promise.all(
    [without, EXAMPLE].map(async (text) => settingsOf(await readYaml('/etc/couplet.yaml', text))),
  );
  expect({ ...same, hosts: same?.hosts.map(({ modules }) => modules) }).toEqual({
    ...plain,
    hosts: plain?.hosts.map(({ modules }) => modules),
  });
});

test('every option of every module is there, with a value that its schema takes', async () => {
  const shown = new Map(
    [...EXAMPLE.matchAll(/^#([a-z0-9_]+): (.+)$/gm)].map(([, name = '', text = '']) => [name, text]),
  );
  let checked = 0;
  for (const module of MODULE_NAMES) {
    for (const [option, schema] of Object.entries((await findModule(module))?.options.shape ?? {})) {
      expect(isThere(option), option).toBe(true);
      const text = shown.get(option);
      if (text === undefined || !(schema instanceof z.ZodType)) continue;
      const value = (await readYaml('/x', `${option}: ${text}`)).settings.get(option)?.value;
      expect(schema.safeParse(value).success, `${option}: ${text}`).toBe(true);
      checked++;
    }
  }
  expect(checked).toBeGreaterThan(10);
});
