/** Processes of servers: started in a session of their own, waited for, and ended by their ids whatever happens. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync, readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { accepts } from '../../test/support/ports.ts';

/** Milliseconds a server may take to listen, and to stop. */
const START_PATIENCE = 60_000;
const STOP_PATIENCE = 10_000;

/** How much more of the processor than others a measured process gets, where that is allowed. */
const NICE = -10;

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** How a process is started. */
interface StartOptions {
  readonly port: number;
  /** File that gets what it prints. */
  readonly log: string;
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Id of the user as whom it runs, if not ours. */
  readonly user?: number | undefined;
}

/** A process that listens. */
export class ServerProcess {
  readonly pid: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, pid: number) {
    this.#child = child;
    this.pid = pid;
  }

  /**
   * Start `program` and wait until `port` takes connections.
   * @throws Error with its last words where it does not come up
   */
  static async start(
    program: string,
    args: readonly string[],
    { port, log, cwd, env = {}, user }: StartOptions,
  ): Promise<ServerProcess> {
    const output = openSync(log, 'a');
    const child = spawn(program, args, {
      stdio: ['ignore', output, output],
      detached: true,
      cwd,
      env: { ...process.env, ...env },
      ...(user !== undefined && { uid: user }),
    });
    closeSync(output);
    running.add(child);
    child.once('exit', () => running.delete(child));
    const failed = once(child, 'error').then(([error]) => (error instanceof Error ? error.message : 'not started'));
    void failed.catch(() => undefined);
    if (child.pid === undefined) throw new Error(`${program}: ${String(await failed)}`);
    prefer(child.pid);
    const started = new ServerProcess(child, child.pid);
    const deadline = Date.now() + START_PATIENCE;
    while (!(await accepts(port))) {
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
        await started.stop();
        throw new Error(`${program} does not listen:\n${readFileSync(log, 'utf8').slice(-2000)}`);
      }
      await sleep(50);
    }
    return started;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE);
    await exited;
    clearTimeout(killer);
  }
}

/** Let a process that is measured go before others, if we may; it stays out of the way of nobody but them. */
export function prefer(pid: number): void {
  try {
    setPriority(pid, NICE);
    writeFileSync(`/proc/${pid}/autogroup`, String(NICE)); // where it stands in a group of its own, that counts
  } catch {
    // not root: all run alike
  }
}
