/**
 * Couplet as a process, which can be killed, frozen, drained and started again on the same data: the sources, or with
 * `COUPLET` in the environment the program at that path.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ITERATIONS, SALT, keys } from '../../bench/servers/accounts.ts';
import { freePort } from '../support/ports.ts';

const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const SERVER = process.env['COUPLET'] ?? fromHere('../../src/app/main.ts');
const CONTROL = fromHere('../../src/cli/main.ts');

/** The domain it serves. */
export const DOMAIN = 'localhost';

/** Milliseconds for a start or an end. */
const PATIENCE = 30_000;

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** One server and its data. */
export class FaultServer {
  readonly port: number;
  readonly folder: string;
  /** Milliseconds of each start, until it took connections. */
  readonly starts: number[] = [];
  /** What starts it: a program such as strace with its arguments, or nothing. */
  wrapper: readonly string[] = [];
  #child: ChildProcess | undefined;
  #output = '';

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  /** Configure one. @param storage lines of YAML that say where data is; @param options more of them */
  static async prepare(
    folder: string,
    storage: readonly string[],
    options: readonly string[] = [],
  ): Promise<FaultServer> {
    const port = await freePort();
    const lines = [
      `data_path: ${JSON.stringify(join(folder, 'data'))}`,
      ...storage,
      ...(options.some((line) => line.startsWith('log:'))
        ? []
        : [`log: {info: ${JSON.stringify(join(folder, 'couplet.log'))}}`]),
      `c2s_ports: [${port}]`,
      'c2s_interfaces: ["127.0.0.1"]',
      'c2s_require_encryption: false',
      'allow_unencrypted_plain_auth: true',
      'max_archive_query_results: 1000',
      'blocklist_max_items: 100000',
      ...options,
      'hosts:',
      `  ${DOMAIN}:`,
    ];
    writeFileSync(join(folder, 'couplet.yaml'), `${lines.join('\n')}\n`);
    return new FaultServer(folder, port);
  }

  /** Id of the process; with a wrapper, the wrapper's. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** What it printed since it was started. */
  get output(): string {
    return this.#output;
  }

  /** Make accounts `u0` to `u<count - 1>` with the password `secret`. The server must not run. */
  async seed(count: number): Promise<void> {
    const record = (hash: 'sha1' | 'sha256'): Readonly<Record<string, unknown>> => ({
      salt: Buffer.from(SALT).toString('base64'),
      iterations: ITERATIONS,
      stored_key: keys(hash).stored.toString('base64'),
      server_key: keys(hash).server.toString('base64'),
    });
    const scram = { 'SHA-1': record('sha1'), 'SHA-256': record('sha256') };
    const file = join(this.folder, 'accounts.jsonl');
    const names = Array.from({ length: count }, (_, number) => `u${number}@${DOMAIN}`);
    writeFileSync(file, `${names.map((jid) => JSON.stringify({ jid, scram })).join('\n')}\n`);
    await this.control('user', 'import', file);
  }

  /** Run coupletctl. @throws Error with what it said, where it fails */
  async control(...args: readonly string[]): Promise<string> {
    const all = [CONTROL, '--config', join(this.folder, 'couplet.yaml'), ...args];
    const { stdout } = await promisify(execFile)(process.execPath, all, { timeout: 120_000 });
    return stdout;
  }

  /** Start it; it takes connections when the promise resolves. */
  async start(): Promise<void> {
    const begin = performance.now();
    const command = [...this.wrapper, process.execPath, SERVER, '--config', join(this.folder, 'couplet.yaml'), '-F'];
    const [program = '', ...args] = command;
    const child = spawn(program, args, { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.#output = '';
    running.add(child);
    const ready = Promise.withResolvers<void>();
    const timer = setTimeout(() => ready.reject(new Error(`it does not start: ${this.#output}`)), PATIENCE);
    child.once('exit', (code) => {
      running.delete(child);
      ready.reject(new Error(`it ended with ${code}: ${this.#output}`));
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        if (this.#output.includes(String(this.port))) ready.resolve();
      });
    }
    try {
      await ready.promise;
    } finally {
      clearTimeout(timer);
    }
    this.starts.push(performance.now() - begin);
  }

  /** Send a signal to it. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** End it by a signal and wait. @returns its exit code, `null` where a signal ended it */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exited = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    await exited;
    clearTimeout(timer);
    return child.exitCode;
  }
}
