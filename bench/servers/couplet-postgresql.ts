/**
 * Couplet on a PostgreSQL of its own, as Debian packages it, with its default settings: every commit is on disk. What
 * PostgreSQL costs counts. Started as root it runs as nobody, since PostgreSQL refuses root.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { importAccounts, startCouplet, type Programs } from './couplet.ts';
import { freePort } from '../../test/support/ports.ts';
import { ServerProcess } from './server-process.ts';
import type { ServerKind, Setup } from './server.ts';

/** Where Debian has a folder for each version. */
const VERSIONS = '/usr/lib/postgresql';

/** User and group of nobody. */
const NOBODY = 65534;

/** Couplet on PostgreSQL. */
export function coupletPostgresql(programs: Programs): ServerKind {
  return {
    name: 'couplet-postgresql',
    label: 'Couplet, PostgreSQL',
    version: () => (newest() === undefined ? undefined : `Node.js ${process.versions.node}, PostgreSQL ${newest()}`),
    async seed(setup) {
      run('chown', [String(NOBODY), setup.folder], false);
      run(program('initdb'), ['-D', data(setup), '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C'], true);
      const database = await startDatabase(setup);
      try {
        await importAccounts(programs, setup, storage(database.port));
      } finally {
        await database.process.stop();
      }
    },
    async start(setup) {
      const database = await startDatabase(setup);
      try {
        const { port, process: server } = await startCouplet(programs, setup, storage(database.port), []);
        const stop = async (): Promise<void> => {
          await server.stop();
          await database.process.stop();
        };
        return { port, pids: [server.pid, database.process.pid], stop };
      } catch (error) {
        await database.process.stop();
        throw error;
      }
    },
  };
}

async function startDatabase(setup: Setup): Promise<{ port: number; process: ServerProcess }> {
  run('chown', ['-R', String(NOBODY), data(setup)], false); // a copied folder is root's
  run('chmod', ['700', data(setup)], false);
  const port = await freePort();
  const args = [
    '-D',
    data(setup),
    '-p',
    String(port),
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'unix_socket_directories=',
  ];
  const log = join(setup.folder, 'postgresql.log');
  const process = await ServerProcess.start(program('postgres'), args, { port, log, cwd: '/', user: databaseUser() });
  return { port, process };
}

function storage(port: number): string[] {
  const sql = `{driver: PostgreSQL, host: 127.0.0.1, port: ${port}, database: postgres, username: postgres}`;
  return ['storage: postgresql', `sql: ${sql}`];
}

function data({ folder }: Setup): string {
  return join(folder, 'postgresql');
}

function databaseUser(): number | undefined {
  return process.getuid?.() === 0 ? NOBODY : undefined;
}

/** @throws Error it failed */
function run(name: string, args: readonly string[], asDatabase: boolean): void {
  const uid = databaseUser();
  if (!asDatabase && uid === undefined) return; // everything is ours
  const { status, stderr } = spawnSync(name, args, {
    encoding: 'utf8',
    cwd: '/',
    ...(asDatabase && uid !== undefined && { uid }),
  });
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
}

function program(name: string): string {
  return join(VERSIONS, newest() ?? '', 'bin', name);
}

function newest(): string | undefined {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS) : [];
  return versions
    .filter((version) => existsSync(join(VERSIONS, version, 'bin', 'postgres')))
    .toSorted((a, b) => Number(b) - Number(a))[0];
}
