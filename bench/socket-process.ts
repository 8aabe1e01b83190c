/** A server in a process of its own, which can be asked what it has used. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Used } from './socket-server.ts';

/** Which server: ours, or one that writes back what it reads. */
export type ServerKind = 'couplet' | 'echo';

/** A server process, listening on a port of 127.0.0.1. */
export class ServerProcess {
  readonly kind: ServerKind;
  readonly port: number;
  readonly #process: ChildProcess;

  private constructor(kind: ServerKind, port: number, child: ChildProcess) {
    this.kind = kind;
    this.port = port;
    this.#process = child;
  }

  /** @throws Error it did not start */
  static async start(kind: ServerKind): Promise<ServerProcess> {
    const child = fork(new URL('./socket-server.ts', import.meta.url), [kind], { execArgv: [] });
    const failed = once(child, 'exit').then(([code]) => {
      throw new Error(`the ${kind} server ended with ${String(code)}`);
    });
    const message = await Promise.race([nextMessage(child), failed]);
    return new ServerProcess(kind, numberIn(message, 'port'), child);
  }

  /** What it has used since it started. */
  async used(): Promise<Used> {
    const answer = nextMessage(this.#process);
    this.#process.send('used');
    const used = await answer;
    return { cpu: numberIn(used, 'cpu'), heap: numberIn(used, 'heap') };
  }

  async stop(): Promise<void> {
    const gone = once(this.#process, 'exit');
    this.#process.disconnect();
    await gone;
  }
}

async function nextMessage(child: ChildProcess): Promise<unknown> {
  const messages: unknown[] = await once(child, 'message');
  return messages[0];
}

/** NaN where there is none: JSON has no word for it. */
function numberIn(message: unknown, key: string): number {
  const value: unknown = typeof message === 'object' && message !== null ? Reflect.get(message, key) : undefined;
  return typeof value === 'number' ? value : Number.NaN;
}
