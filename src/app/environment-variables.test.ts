/** Every variable of the table: what it does, its file, a wrong value, and that its option exists. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigError } from '../config/config-error.ts';
import { applyEnvironment } from '../config/environment/apply-environment.ts';
import type { Source, Target, ValueKind, Variable } from '../config/environment/variable.ts';
import { VARIABLES } from '../config/environment/variables.ts';
import { MEANINGLESS_OPTIONS, PROSODY_OPTIONS } from '../config/prosody-options.ts';
import { PROSODY_MODULES } from '../config/prosody-modules.ts';
import type { RawConfig, Settings } from '../config/raw-config.ts';
import { readYaml } from '../config/yaml.ts';
import { HOST_OPTIONS, OWN_OPTIONS, SERVER_OPTIONS } from './core-options.ts';
import { MODULE_NAMES, findModule } from './modules.ts';

const folder = mkdtempSync(join(tmpdir(), 'couplet-variables-'));

afterAll(() => rmSync(folder, { recursive: true }));

/** A value of each kind as it is written, what it means, and one that is wrong; texts and lists cannot be wrong. */
const SAMPLES: Readonly<Record<ValueKind, readonly [written: string, meant: unknown, wrong?: string]>> = {
  boolean: ['Yes', true, 'maybe'],
  burst: ['25kb', '25kb', 'much'],
  components: ['x.example:muc', [['x.example', 'muc']], 'x.example'],
  days: ['2', 172_800, 'two'],
  domain: ['Host.example', 'host.example', 'a@b'],
  domains: ['a.example, b.example', ['a.example', 'b.example'], 'a.example,@'],
  gibibytes: ['2', 2_147_483_648, '2 GB'],
  integer: ['7', 7, '7.5'],
  interval: ['manual', 'manual', 'often'],
  list: ['"a@b", c@d e', ['a@b', 'c@d', 'e']],
  mebibytes: ['1', 1_048_592, '1 MB'],
  modules: ['mod_ping,time', ['ping', 'time']],
  period: ['30 d', 2_592_000, 'long'],
  port: ['5433', 5433, '70000'],
  rate: ['10kb/s', '10kb/s', '10'],
  secrets: ['y.example:s3cret', [['y.example', 's3cret']], '@:s3cret'],
  size: ['10 MB', 10_000_000, 'big'],
  text: ['some text ', 'some text '],
};

function sampleOf(type: Variable['type']): readonly [string, unknown, string?] {
  return typeof type === 'string' ? SAMPLES[type] : [String(type[0]).toUpperCase(), type[0], 'nothing like it'];
}

const YAML = `
sql: { driver: PostgreSQL }
hosts: { a.example: , b.example: }
components:
  rooms.example: { module: muc }
  files.example: { module: http_file_share }
  outside.example: { module: component }
`;

const base = (): Promise<RawConfig> => readYaml('/etc/couplet.yaml', YAML);

function container(name: string, value: string): Record<string, string> {
  return { COUPLET_CONTAINER: '1', [name]: value };
}

const HOSTS = {
  host: 'a.example',
  muc: 'rooms.example',
  http_file_share: 'files.example',
  component: 'outside.example',
};

function sectionOf({ settings, hosts }: RawConfig, where: Target['where']): Settings {
  if (where === 'server') return settings;
  return hosts.find(({ domain }) => domain === HOSTS[where])?.settings ?? new Map();
}

function inner(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (table, step) => (typeof table === 'object' && table !== null ? Reflect.get(table, step) : undefined),
    value,
  );
}

/** What the configuration says at a place, and who said it. */
function said(raw: RawConfig, { where, path: [name, ...rest] }: Target): unknown[] {
  const setting = sectionOf(raw, where).get(name);
  return [inner(setting?.value, rest), setting?.within(rest)];
}

/** Everything that a configuration is made of, as a value. */
function plain({ settings, hosts }: RawConfig): unknown {
  const values = (of: Settings): unknown => Object.fromEntries([...of].map(([name, { value }]) => [name, value]));
  return [values(settings), hosts.map(({ domain, kind, settings: own }) => [domain, kind, values(own)])];
}

const read = VARIABLES.filter(({ does: { kind } }) => kind !== 'none' && kind !== 'start');

describe.each(read)('$name', ({ name, type, does }) => {
  const [written, meant, wrong] = sampleOf(type);

  test('does what the table says, and the file of its name the same', async () => {
    const raw = await base();
    const applied = applyEnvironment(raw, container(name, written));
    const file = join(folder, name);
    writeFileSync(file, `${written}\n`);
    const fromFile = applyEnvironment(raw, container(`${name}_FILE`, file));
    expect(plain(fromFile)).toEqual(plain(applied));
    const bare = { ...raw, hosts: [] };
    const main = name.startsWith('DOMAIN_') || does.kind !== 'domains' ? { DOMAIN: 'main.example' } : {};
    const made = applyEnvironment(bare, { ...container(name, written), ...main });
    switch (does.kind) {
      case 'option':
        for (const target of does.targets) {
          expect(said(applied, target)).toEqual([meant, `environment ${name}`]);
          expect(said(fromFile, target)).toEqual([meant, `environment ${name}_FILE`]);
        }
        for (const module of does.modules ?? []) expect(modulesOf(applied)).toContain(module);
        break;
      case 'modules':
        expect(
          sectionOf(applied, does.where === 'muc' ? 'muc' : does.option === 'modules_disabled' ? 'server' : 'host').get(
            does.option,
          )?.value,
        ).toEqual(meant);
        break;
      case 'group':
        expect(modulesOf(applied)).toEqual(does.modules);
        expect(applyEnvironment(raw, container(name, 'off')).settings.get('modules_disabled')?.value).toEqual(
          does.modules,
        );
        break;
      case 'storage':
        expect(applied.settings.get('storage')).toMatchObject({ at: `environment ${name}` });
        expect(applied.settings.get('storage')?.value).toBe(does.part === 'kind' ? 'sqlite' : 'postgresql');
        break;
      case 'log':
        expect(applied.settings.get('log')).toMatchObject({ value: { debug: '*console' }, at: `environment ${name}` });
        break;
      case 'domains':
        expect(made.hosts.some(({ at }) => at === `environment ${name}`)).toBe(true);
        break;
      default:
        expect.unreachable();
    }
    if (does.kind !== 'domains') expect(plain(applied)).not.toEqual(plain(raw));
  });

  test('is one value: both forms are an error, and a wrong one is told with its name', async () => {
    const raw = await base();
    expect(() => applyEnvironment(raw, { ...container(name, written), [`${name}_FILE`]: '/x' })).toThrow(
      new ConfigError(`${name} and ${name}_FILE are both set`),
    );
    expect(() => applyEnvironment(raw, container(`${name}_FILE`, join(folder, 'missing')))).toThrow(
      new RegExp(`^environment ${name}_FILE: ENOENT.*missing`),
    );
    if (wrong === undefined) return;
    const problem = catchProblem(() => applyEnvironment(raw, container(name, wrong)));
    expect(problem).toMatch(new RegExp(`^environment ${name}: .+ is (?:no|none|neither) `));
    if (type === 'secrets') expect(problem).not.toContain('s3cret');
    else expect(problem).toContain(`"${wrong}"`);
  });

  test('is not read by accident', async () => {
    const raw = await base();
    const applied = applyEnvironment(raw, { [name]: written });
    expect(applied === raw).toBe(!name.startsWith('PROSODY_'));
    expect(applyEnvironment(raw, container(name, ''))).toBe(raw);
  });
});

function modulesOf(raw: RawConfig): unknown {
  return sectionOf(raw, 'host').get('modules_enabled')?.value;
}

function catchProblem(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'no problem';
}

test('every option of the table is an option, and every module a module', async () => {
  const modules = await Promise.all(MODULE_NAMES.map(async (name) => (await findModule(name))?.options));
  const shapes = [SERVER_OPTIONS, HOST_OPTIONS, OWN_OPTIONS, ...modules].flatMap((schema) =>
    Object.entries(schema?.shape ?? {}),
  );
  const known = new Map<string, unknown>(shapes);
  for (const { name, does } of VARIABLES) {
    if (does.kind === 'option') {
      for (const { path } of does.targets) {
        const [option, member] = path;
        const field = known.get(option);
        const there = field !== undefined || PROSODY_OPTIONS.includes(option) || MEANINGLESS_OPTIONS.has(option);
        expect(there, `${name}: ${option}`).toBe(true);
        if (member === undefined || !(field instanceof z.ZodType)) continue;
        const keys = field.safeParse({ [member]: null }).error?.issues.map(({ code }) => code);
        expect(keys, `${name}: ${path.join('.')}`).toEqual(['invalid_type']);
      }
    }
    const listed = does.kind === 'group' || does.kind === 'option' ? (does.modules ?? []) : [];
    for (const module of listed) expect([...MODULE_NAMES, ...PROSODY_MODULES]).toContain(module);
  }
});

test('the table is complete', () => {
  const count = (source: Source): number => VARIABLES.filter(({ sources }) => sources[source] !== undefined).length;
  // One more of the guides' is the file of a password.
  expect([count('guide') + 1, count('prosody'), count('sarasmiseth'), count('tobi312'), count('ichuan')]).toEqual([
    30, 38, 43, 7, 5,
  ]);
  expect(new Set(VARIABLES.map(({ name }) => name)).size).toBe(VARIABLES.length);
});
