/** profanity in a terminal that nobody sits at: tmux types for it and tells what is on the screen. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DOMAIN } from './interop-server.ts';

/** Milliseconds that something may take to appear. */
const PATIENCE = 10_000;
const WIDTH = 160;

/** Accounts and history of one installation. Remove it in the end. */
export class ProfanityHome {
  readonly folder = mkdtempSync(join(tmpdir(), 'profanity-'));
  readonly #environment: NodeJS.ProcessEnv;

  /** An account `name` with the password `secret of name`. @param certificate file with the one it trusts */
  constructor(name: string, resource: string, port: number, certificate: string) {
    for (const kind of ['config', 'data']) mkdirSync(join(this.folder, kind, 'profanity'), { recursive: true });
    const account = [
      `[${name}@${DOMAIN}]`,
      'enabled=true',
      `jid=${name}@${DOMAIN}`,
      'server=127.0.0.1',
      `port=${port}`,
      `resource=${resource}`,
      `password=secret of ${name}`,
      'tls.policy=force',
    ];
    writeFileSync(join(this.folder, 'data/profanity/accounts'), `${account.join('\n')}\n`);
    this.#environment = {
      ...process.env,
      LC_ALL: 'C.UTF-8',
      TERM: 'xterm',
      SSL_CERT_FILE: certificate,
      XDG_CONFIG_HOME: join(this.folder, 'config'),
      XDG_DATA_HOME: join(this.folder, 'data'),
    };
  }

  /** Start profanity, which logs in as that account. */
  async start(account: string): Promise<ProfanityTerminal> {
    const command = `exec profanity --log DEBUG --account ${account}@${DOMAIN}`;
    const arguments_ = ['-f', '/dev/null', 'new-session', '-d', '-x', String(WIDTH), '-y', '50', command];
    await promisify(execFile)('tmux', ['-S', this.socket, ...arguments_], { env: this.#environment });
    return new ProfanityTerminal(this.socket);
  }

  /** Where its tmux listens. */
  get socket(): string {
    return join(this.folder, 'tmux');
  }

  /** What went over the wire so far. */
  transcript(): string[] {
    const path = join(this.folder, 'data/profanity/logs/profanity.log');
    const log = existsSync(path) ? readFileSync(path, 'utf8') : '';
    return log.split('\n').flatMap((line) => /(?:SENT|RECV): .*/.exec(line) ?? []);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A running profanity. */
export class ProfanityTerminal {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  /** Type a line. */
  async type(line: string): Promise<void> {
    await this.#tmux('send-keys', '-l', line);
    await this.#tmux('send-keys', 'Enter');
  }

  /** Wait until that can be read on the screen. @throws Error with the screen where it does not come */
  async shows(text: string): Promise<void> {
    let screen = '';
    for (const deadline = Date.now() + PATIENCE; Date.now() < deadline; await sleep(50)) {
      screen = await this.screen();
      if (screen.includes(text)) return;
    }
    throw new Error(`profanity does not show ${JSON.stringify(text)}:\n${screen}`);
  }

  /** What can be read now. */
  screen(): Promise<string> {
    return this.#tmux('capture-pane', '-p');
  }

  /** Log out and end. */
  async quit(): Promise<void> {
    await this.type('/quit');
    for (const deadline = Date.now() + PATIENCE; Date.now() < deadline; await sleep(50)) {
      if (!(await this.#isRunning())) return;
    }
    await this.kill();
    throw new Error('profanity does not quit');
  }

  /** End it whatever it does; nothing where it has ended. */
  async kill(): Promise<void> {
    await this.#tmux('kill-server').catch(() => undefined);
  }

  #isRunning(): Promise<boolean> {
    return this.#tmux('list-sessions').then(
      () => true,
      () => false,
    );
  }

  async #tmux(...args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)('tmux', ['-S', this.#socket, ...args]);
    return stdout;
  }
}
