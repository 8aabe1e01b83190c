/**
 * ejabberd, as Debian's package installs it: everything in Mnesia, which is its default, shapers and limits off, PLAIN
 * also in clear, log at `info` to a file. Its virtual machine has the flags of the package's own start script and keeps
 * its default of spinning for a while before it sleeps.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ITERATIONS, SALT, keys } from './accounts.ts';
import { freePort } from '../../test/support/ports.ts';
import { ServerProcess } from './server-process.ts';
import type { RunningServer, ServerKind, Setup } from './server.ts';

/** The script that knows where the package put its libraries. */
const SCRIPT = '/usr/sbin/ejabberdctl';

/** Milliseconds to make the accounts. */
const SEEDING = 120_000;

const PLAIN_MODULES = [
  ...['mod_adhoc', 'mod_avatar', 'mod_blocking', 'mod_caps', 'mod_carboncopy', 'mod_client_state', 'mod_disco'],
  ...['mod_last', 'mod_offline', 'mod_ping', 'mod_privacy', 'mod_private', 'mod_stream_mgmt', 'mod_time'],
  ...['mod_vcard', 'mod_vcard_xupdate', 'mod_version'],
];

/** ejabberd. */
export const ejabberd: ServerKind = {
  name: 'ejabberd',
  label: 'ejabberd',
  version() {
    if (!existsSync(SCRIPT)) return undefined;
    const { status, stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Version}', 'ejabberd'], { encoding: 'utf8' });
    return status === 0 && stdout !== '' ? stdout : 'unknown version';
  },
  async seed(setup) {
    await configure(setup, await freePort());
    const args = [...parameters(setup), '-eval', seeding(setup.accounts)];
    const env = { ...process.env, ...environment(setup) };
    const { status, stdout, stderr } = spawnSync('erl', args, {
      env,
      cwd: setup.folder,
      encoding: 'utf8',
      timeout: SEEDING,
    });
    if (status !== 0) throw new Error(`ejabberd was not seeded: ${stdout}${stderr}`);
  },
  async start(setup): Promise<RunningServer> {
    const port = await freePort();
    await configure(setup, port);
    const log = join(setup.folder, 'output.log');
    const started = await ServerProcess.start('erl', parameters(setup), {
      port,
      log,
      env: environment(setup),
      cwd: setup.folder,
    });
    return { port, pids: [started.pid], stop: () => started.stop() };
  },
};

function parameters({ folder }: Setup): string[] {
  const machine = ['+K', 'true', '+P', '250000', '+Q', '65536', '-noinput'];
  return [...machine, '-mnesia', 'dir', JSON.stringify(join(folder, 'data')), '-s', 'ejabberd'];
}

function environment({ folder }: Setup): Record<string, string> {
  const libraries = /^ERL_LIBS='(.*)'$/m.exec(readFileSync(SCRIPT, 'utf8'))?.[1] ?? '';
  return {
    EJABBERD_CONFIG_PATH: join(folder, 'ejabberd.yml'),
    EJABBERD_LOG_PATH: join(folder, 'ejabberd.log'),
    ERL_CRASH_DUMP: join(folder, 'crash.dump'),
    ERL_LIBS: libraries,
    HOME: folder,
  };
}

/** Erlang that writes the accounts into the table of ejabberd's own password module, and ends. */
function seeding(accounts: number): string {
  const { stored, server } = keys('sha1');
  const binary = (bytes: Buffer): string => `<<"${bytes.toString('base64')}">>`;
  const record = `{scram, ${binary(stored)}, ${binary(server)}, ${binary(Buffer.from(SALT))}, sha, ${ITERATIONS}}`;
  return (
    `ok = mnesia:wait_for_tables([passwd], 30000), ` +
    `[ok = mnesia:dirty_write({passwd, {<<"u", (integer_to_binary(N))/binary>>, <<"localhost">>}, ${record}}) ` +
    `|| N <- lists:seq(0, ${accounts - 1})], init:stop().`
  );
}

async function configure({ folder, certificate, key }: Setup, port: number): Promise<void> {
  await mkdir(join(folder, 'data'), { recursive: true });
  const lines = [
    'hosts: [localhost]',
    'loglevel: info',
    `certfiles: [${JSON.stringify(certificate)}, ${JSON.stringify(key)}]`,
    'listen:',
    `  - {port: ${port}, ip: "127.0.0.1", module: ejabberd_c2s, max_stanza_size: 262144, shaper: none, starttls: true, backlog: 4096}`,
    'auth_method: mnesia',
    'auth_password_format: scram',
    'access_rules: {c2s: {allow: all}, local: {allow: all}}',
    'modules:',
    ...PLAIN_MODULES.map((name) => `  ${name}: {}`),
    '  mod_roster: {versioning: true}',
    '  mod_pubsub: {plugins: [flat, pep]}',
    '  mod_mam: {default: always, assume_mam_usage: true}',
  ];
  await writeFile(join(folder, 'ejabberd.yml'), `${lines.join('\n')}\n`);
}
