/**
 * Prosody, as installed. Its default settings, and tuned as it serves best: the generational collector, no Nagle delay,
 * writes at once. What both have in common: modules as ours has them, files as storage, no limits (`mod_limits` is not
 * loaded), PLAIN also in clear, log at `info` to a file.
 */
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ITERATIONS, SALT, keys, userNames } from './accounts.ts';
import { freePort } from '../../test/support/ports.ts';
import { ServerProcess } from './server-process.ts';
import type { ServerKind, Setup } from './server.ts';

const MODULES = [
  ...['roster', 'saslauth', 'tls', 'disco', 'carbons', 'smacks', 'csi', 'csi_simple', 'pep', 'blocklist', 'private'],
  ...['vcard4', 'vcard_legacy', 'bookmarks', 'ping', 'time', 'version', 'uptime', 'mam'],
];

const TUNING = ['gc = { mode = "generational" }', 'network_settings = { nagle = false; opportunistic_writes = true }'];

/** With its default settings. */
export const prosody = kind('prosody', 'Prosody', []);

/** Tuned. */
export const prosodyTuned = kind('prosody-tuned', 'Prosody, tuned', TUNING);

function kind(name: string, label: string, settings: readonly string[]): ServerKind {
  return {
    name,
    label,
    version: installed,
    seed,
    async start(setup) {
      const port = await freePort();
      const config = join(setup.folder, 'prosody.cfg.lua');
      await writeFile(config, configuration(setup, port, settings));
      const log = join(setup.folder, 'output.log');
      const started = await ServerProcess.start('prosody', ['-F', '--config', config], {
        port,
        log,
        cwd: setup.folder,
      });
      return { port, pids: [started.pid], stop: () => started.stop() };
    },
  };
}

function installed(): string | undefined {
  const { status, stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Version}', 'prosody'], { encoding: 'utf8' });
  if (status === 0 && stdout !== '') return stdout;
  return spawnSync('prosody', ['--version'], { stdio: 'ignore' }).error === undefined ? 'unknown version' : undefined;
}

/** The files that it reads when an account is asked for. */
async function seed({ folder, accounts }: Setup): Promise<void> {
  const files = join(folder, 'data', 'localhost', 'accounts');
  await mkdir(files, { recursive: true });
  const { stored, server } = keys('sha1');
  const account =
    `return { ["iteration_count"] = ${ITERATIONS}; ["salt"] = "${SALT}"; ` +
    `["stored_key"] = "${stored.toString('hex')}"; ["server_key"] = "${server.toString('hex')}"; };\n`;
  for (const name of userNames(accounts)) await writeFile(join(files, `${name}.dat`), account);
}

function configuration({ folder, certificate, key }: Setup, port: number, settings: readonly string[]): string {
  return [
    'run_as_root = true',
    `data_path = ${JSON.stringify(join(folder, 'data'))}`,
    `ssl = { certificate = ${JSON.stringify(certificate)}; key = ${JSON.stringify(key)} }`,
    `log = { info = ${JSON.stringify(join(folder, 'prosody.log'))} }`,
    `modules_enabled = { ${MODULES.map((name) => JSON.stringify(name)).join('; ')} }`,
    'modules_disabled = { "s2s"; "admin_socket" }',
    `c2s_ports = { ${port} }`,
    'c2s_interfaces = { "127.0.0.1" }',
    'network_backend = "epoll"',
    'authentication = "internal_hashed"',
    'storage = "internal"',
    'default_archive_policy = true',
    'c2s_require_encryption = false',
    'allow_unencrypted_plain_auth = true',
    ...settings,
    'VirtualHost "localhost"',
    '',
  ].join('\n');
}
