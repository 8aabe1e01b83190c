/** The standard input of a program that runs beside the server, and is started again when it ends. */
import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import type { Channel } from './writer.ts';

/** Milliseconds that the program has to end by itself. */
const END_WAIT = 500;

/** Everything is written to the program. */
export class CommandChannel implements Channel {
  readonly #command: string;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;

  constructor(command: string, args: readonly string[]) {
    this.#command = command;
    this.#args = args;
  }

  write(chunk: Buffer): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const { stdin } = (this.#child ??= this.#start());
    if (stdin === null) reject(new Error(`${this.#command} takes no input`));
    else stdin.write(chunk, (error) => (error ? reject(error) : resolve(chunk.length)));
    return promise;
  }

  /** A pipe of a program cannot be written to at once: what has not left is lost when the process breaks down. */
  writeNow(): void {}

  reopen(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      child.kill();
      resolve();
    }, END_WAIT);
    child.on('close', () => resolve());
    child.stdin?.end();
    await promise;
    clearTimeout(timer);
  }

  #start(): ChildProcess {
    const child = spawn(this.#command, [...this.#args], { stdio: ['pipe', 'ignore', 'ignore'] });
    child.unref();
    if (child.stdin instanceof Socket) child.stdin.unref(); // a server that cannot start ends all the same
    const gone = (): void => {
      if (this.#child === child) this.#child = undefined;
    };
    child.on('error', gone);
    child.on('close', gone);
    child.stdin?.on('error', gone); // told by the write that failed
    return child;
  }
}
