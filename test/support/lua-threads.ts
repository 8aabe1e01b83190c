/** Runs configurations in Lua in threads that are used for many of them. */
import { SHARE_ENV, Worker } from 'node:worker_threads';
import type { LuaAnswer, LuaJob } from '../../src/config/lua/protocol.ts';

const ENTRY = new URL('./lua-thread.ts', import.meta.url);

/** Configurations that a thread runs. */
const USES = 250;

/** Seconds for one: more than the server gives, as threads wait for each other on a small machine. */
const SECONDS = 15;

/** One thread after the other. */
export class LuaThreads {
  /** Programs that did not end. */
  late = 0;
  #worker: Worker | undefined;
  #uses = 0;

  /** Run one. */
  async run(job: LuaJob): Promise<LuaAnswer> {
    this.#worker ??= new Worker(ENTRY, { env: SHARE_ENV, stdout: true, stderr: true });
    const answer = await this.#ask(this.#worker, job);
    this.#uses++;
    // What is no error of the program may have left the thread in any state.
    const isClean = answer.error === undefined || /^#\d+:\d+: /.test(answer.error);
    if (!isClean || this.#uses >= USES) await this.close();
    return answer;
  }

  async #ask(worker: Worker, job: LuaJob): Promise<LuaAnswer> {
    const { promise, resolve } = Promise.withResolvers<LuaAnswer>();
    const failed = (error: string): void => resolve({ files: [job.file], error });
    const crashed = (error: Error): void => failed(`the thread ended: ${error.message}`);
    const timer = setTimeout(() => {
      this.late++;
      failed('it did not end');
    }, SECONDS * 1000);
    worker.on('message', resolve).on('error', crashed);
    worker.postMessage(job);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      worker.off('message', resolve).off('error', crashed);
    }
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
    this.#uses = 0;
  }
}
