/**
 * Prosody with a configuration of its own in a temporary folder, to try dialogues and clients on a server that nobody
 * here wrote. It is stopped by its process id.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { accepts, freePort } from '../ports.ts';
import type { OptionValue, TestServer, TestServerOptions } from './test-server.ts';

/** Milliseconds Prosody may take to listen, and to stop. */
const START_PATIENCE = 20_000;
const STOP_PATIENCE = 5_000;

/**
 * Start Prosody.
 * @throws Error with its log where it does not come up
 */
export async function startProsody(options: TestServerOptions): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'prosody-'));
  const port = await freePort();
  const config = join(folder, 'prosody.cfg.lua');
  await writeFile(config, configuration(folder, port, options));
  const child = spawn('prosody', ['-F', '--config', config], { stdio: 'ignore' });
  const server = new ProsodyServer(child, folder, port, options.hosts);
  try {
    await server.started();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

class ProsodyServer implements TestServer {
  readonly port: number;
  readonly domains: readonly string[];
  readonly #child: ChildProcess;
  readonly #folder: string;

  constructor(child: ChildProcess, folder: string, port: number, domains: readonly string[]) {
    this.#child = child;
    this.#folder = folder;
    this.port = port;
    this.domains = domains;
  }

  async started(): Promise<void> {
    const deadline = Date.now() + START_PATIENCE;
    while (Date.now() < deadline && this.#child.exitCode === null) {
      if (await accepts(this.port)) return;
      await sleep(50);
    }
    const log = await readFile(join(this.#folder, 'prosody.log'), 'utf8').catch(() => '(no log)');
    throw new Error(`Prosody does not listen:\n${log}`);
  }

  /** The account is a file that Prosody reads when it is asked for. */
  async addUser(name: string, password: string, domain = this.domains[0] ?? ''): Promise<void> {
    const folder = join(this.#folder, encodeName(domain), 'accounts');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${encodeName(name)}.dat`), `return { ["password"] = ${luaValue(password)} };\n`);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      const killer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_PATIENCE);
      await exited;
      clearTimeout(killer);
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** What Prosody loads unasked and the dialogues do not count on: TLS, other servers. */
const NOT_OF_THIS_STAGE = ['s2s', 's2s_auth_certs', 'tls', 'admin_socket'];

/** What it is to load that it does not load unasked. */
const USUAL = ['saslauth', 'roster', 'blocklist', 'carbons', 'smacks', 'disco', 'ping', 'time', 'version', 'uptime'];

function configuration(
  folder: string,
  port: number,
  { hosts, options, without = [], with: more = [] }: TestServerOptions,
): string {
  const disabled = new Set([...NOT_OF_THIS_STAGE, ...without]);
  const provider = more.find((name) => name.startsWith('auth_')) ?? 'auth_internal_plain';
  const enabled = [...USUAL, ...more.filter((name) => name !== provider)];
  const settings = Object.entries(options).map(([name, value]) => `${name} = ${luaValue(value)}`);
  return [
    'run_as_root = true',
    `data_path = ${luaValue(folder)}`,
    `certificates = ${luaValue(folder)}`,
    `log = { debug = ${luaValue(join(folder, 'prosody.log'))} }`,
    `modules_enabled = { ${enabled.map(luaValue).join(', ')} }`,
    `modules_disabled = { ${[...disabled].map(luaValue).join(', ')} }`,
    `c2s_ports = { ${port} }`,
    'c2s_interfaces = { "127.0.0.1" }',
    `authentication = ${luaValue(provider.slice('auth_'.length))}`,
    'storage = "internal"',
    'c2s_require_encryption = false',
    'allow_unencrypted_plain_auth = true',
    ...settings,
    ...hosts.map((host) => `VirtualHost ${luaValue(host)}`),
    '',
  ].join('\n');
}

function luaValue(value: OptionValue): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** How Prosody names files after JIDs: everything but letters and digits as %xx. */
function encodeName(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      return /[A-Za-z0-9]/.test(char) ? char : `%${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}
