/**
 * Couplet, as it is built in `dist`, with the modules it comes with, SQLite, everything committed before it is
 * acknowledged. It has no limits that the load would meet; PLAIN is allowed also in clear, the log at `info` goes to a
 * file.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ITERATIONS, SALT, keys, userNames } from './accounts.ts';
import { freePort } from '../../test/support/ports.ts';
import { ServerProcess } from './server-process.ts';
import type { ServerKind, Setup } from './server.ts';

/** The programs of a package, by path. */
export interface Programs {
  readonly server: string;
  readonly control: string;
}

/** Those of the package in a folder, as it is built. */
export function builtPrograms(home: string): Programs {
  return { server: join(home, 'bin/couplet.js'), control: join(home, 'bin/coupletctl.js') };
}

/**
 * Couplet on SQLite.
 * @param profiles folder for CPU profiles, one for each run
 */
export function couplet(programs: Programs, profiles?: string): ServerKind {
  const flags = profiles === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', resolve(profiles)];
  const storage = ['storage: sqlite'];
  return {
    name: 'couplet',
    label: 'Couplet',
    version: () => `Node.js ${process.versions.node}`,
    seed: (setup) => importAccounts(programs, setup, storage),
    async start(setup) {
      const { port, process: started } = await startCouplet(programs, setup, storage, flags);
      return { port, pids: [started.pid], stop: () => started.stop() };
    },
  };
}

/** Make all accounts, while no server runs. @param storage lines of the configuration that say where data is */
export async function importAccounts(programs: Programs, setup: Setup, storage: readonly string[]): Promise<void> {
  const record = (hash: 'sha1' | 'sha256'): Readonly<Record<string, unknown>> => ({
    salt: Buffer.from(SALT).toString('base64'),
    iterations: ITERATIONS,
    stored_key: keys(hash).stored.toString('base64'),
    server_key: keys(hash).server.toString('base64'),
  });
  const scram = { 'SHA-1': record('sha1'), 'SHA-256': record('sha256') }; // a password that is set gets both
  const file = join(setup.folder, 'accounts.jsonl');
  const lines = userNames(setup.accounts).map((name) => JSON.stringify({ jid: `${name}@localhost`, scram }));
  await writeFile(file, `${lines.join('\n')}\n`);
  const args = [programs.control, '--config', configure(setup, 0, storage), 'user', 'import', file];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 120_000 });
  if (status !== 0) throw new Error(`coupletctl user import: ${stderr}`);
}

/** Start it on a free port. @param flags options of Node.js */
export async function startCouplet(
  programs: Programs,
  setup: Setup,
  storage: readonly string[],
  flags: readonly string[],
): Promise<{ port: number; process: ServerProcess }> {
  const port = await freePort();
  const args = [...flags, programs.server, '--config', configure(setup, port, storage), '-F'];
  const log = join(setup.folder, 'output.log');
  return { port, process: await ServerProcess.start(process.execPath, args, { port, log, cwd: setup.folder }) };
}

/** The version in the package at `home`. */
export async function coupletVersion(home: string): Promise<string> {
  const found: unknown = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'));
  return typeof found === 'object' && found !== null ? String(Reflect.get(found, 'version')) : '';
}

/** Write the configuration. @returns its path */
function configure({ folder, certificate, key }: Setup, port: number, storage: readonly string[]): string {
  const config = join(folder, 'couplet.yaml');
  const lines = [
    'run_as_root: true',
    `data_path: ${JSON.stringify(join(folder, 'data'))}`,
    ...storage,
    `log: {info: ${JSON.stringify(join(folder, 'couplet.log'))}}`,
    `c2s_ports: [${port}]`,
    'c2s_interfaces: ["127.0.0.1"]',
    'c2s_require_encryption: false',
    'allow_unencrypted_plain_auth: true',
    `certificate: ${JSON.stringify(certificate)}`,
    `certificate_key: ${JSON.stringify(key)}`,
    'hosts:',
    '  localhost:',
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  return config;
}
