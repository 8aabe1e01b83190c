/** The load generator, seen from the process that measures. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';
import type { Command, Interval, Outcome } from './commands.ts';
import type { LoginOptions } from './connection.ts';
import type { Traffic } from './traffic.ts';

/** Milliseconds a command may take. */
const PATIENCE = 300_000;

const number = z.number().or(z.null().transform(() => Number.NaN)); // JSON has no NaN
const interval: z.ZodType<Interval> = z.object({
  received: number,
  duration: number,
  p50: number,
  p99: number,
  missing: number,
});
const outcome: z.ZodType<Outcome> = z.object({
  sent: number,
  received: number,
  lost: number,
  doubled: number,
  reordered: number,
  strange: number,
  dropped: number,
});
const answer = z.object({ result: z.unknown().optional(), error: z.string().optional() });

/** A process that plays many clients. */
export class Load {
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#process = child;
  }

  /** @param prepare told of its process id */
  static start(prepare: (pid: number) => void): Load {
    const child = fork(new URL('./process.ts', import.meta.url), { execArgv: [], detached: true });
    if (child.pid !== undefined) prepare(child.pid);
    return new Load(child);
  }

  /** Log in the accounts from `first` on, `parallel` at a time, besides those that are. */
  async open(first: number, count: number, parallel: number, options: LoginOptions): Promise<void> {
    await this.#ask({ do: 'open', first, count, parallel, ...options });
  }

  /** Let all others subscribe to the presence of the first. */
  async befriend(): Promise<void> {
    await this.#ask({ do: 'befriend' });
  }

  async run(traffic: Traffic): Promise<void> {
    await this.#ask({ do: 'start', traffic });
  }

  /** What came since the last mark, which is set anew. */
  async mark(): Promise<Interval> {
    return interval.parse(await this.#ask({ do: 'mark' }));
  }

  /** What came since the last mark. */
  async look(): Promise<Interval> {
    return interval.parse(await this.#ask({ do: 'look' }));
  }

  /** Stop sending, and wait `patience` ms for what is under way. */
  async finish(patience: number): Promise<Outcome> {
    return outcome.parse(await this.#ask({ do: 'finish', patience }));
  }

  /** Close all connections. */
  async close(): Promise<void> {
    await this.#ask({ do: 'close' });
  }

  /** End the process. */
  async stop(): Promise<void> {
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    if (child.connected) child.disconnect();
    const killer = setTimeout(() => child.kill('SIGKILL'), 2000);
    await gone;
    clearTimeout(killer);
  }

  async #ask(command: Command): Promise<unknown> {
    const waiting = once(this.#process, 'message', { signal: AbortSignal.timeout(PATIENCE) });
    const gone = new AbortController();
    this.#process.send(command);
    try {
      const messages: unknown[] = await Promise.race([
        waiting,
        once(this.#process, 'exit', { signal: gone.signal }).then(() => {
          throw new Error('the load process ended');
        }),
      ]);
      const { result, error } = answer.parse(messages[0]);
      if (error !== undefined) throw new Error(`the load: ${error}`);
      return result;
    } finally {
      gone.abort();
    }
  }
}
