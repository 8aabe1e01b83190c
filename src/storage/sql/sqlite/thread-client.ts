/**
 * The main thread's end of a storage thread. A thread that ends by itself is started again by the next call.
 *
 * `as` stands where an answer is taken for what the type of its method says: our own thread sent it, and compiles
 * against the same types.
 */
import { Worker } from 'node:worker_threads';
import { StorageError } from '../../storage-error.ts';
import { toError } from '../../to-error.ts';
import type { Answer, Call, Methods, ThreadOptions } from './protocol.ts';

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Where the thread begins: TypeScript when run from the sources, JavaScript when built. */
function entry(): URL {
  const source = new URL('./storage-thread.ts', import.meta.url);
  return import.meta.url.endsWith('.ts') ? source : new URL(source.href.replace(/\.ts$/, '.js'));
}

/**
 * Calls methods of a storage thread. Calls are answered in their order. The thread starts with the first call; one that
 * may `rest` ends after that many milliseconds without a call, which gives its 8 MB back, and starts again when needed.
 */
export class ThreadClient<M extends Methods<M>> {
  readonly #options: ThreadOptions;
  readonly #rest: number | undefined;
  #resting: NodeJS.Timeout | undefined;
  #worker: Worker | undefined;
  #calls = 0;
  readonly #pending = new Map<number, Pending>();
  /** Calls of this turn, of all connections: they go as one message, since each one costs as much as ten calls. */
  #unsent: Call[] = [];
  #closed = false;

  constructor(options: ThreadOptions, rest?: number) {
    this.#options = options;
    this.#rest = rest;
  }

  /**
   * Calls a method.
   * @throws StorageError `closed`; `outcome-unknown` if the thread ended before it answered; or what the method threw
   */
  call<K extends keyof M & string>(method: K, parameter: M[K][0]): Promise<M[K][1]> {
    if (this.#closed) return Promise.reject(new StorageError('closed', 'the storage thread is closed'));
    return new Promise<M[K][1]>((resolve, reject) => {
      const number = ++this.#calls;
      this.#pending.set(number, { resolve, reject });
      if (this.#unsent.length === 0) setImmediate(() => this.#send());
      this.#unsent.push({ number, method, parameter });
    });
  }

  /** Ends the thread at once. What was called and not answered fails; the next call starts a new thread. */
  async terminate(): Promise<void> {
    await this.#worker?.terminate();
  }

  /** Ends the thread for good, after the calls before. */
  async close(): Promise<void> {
    clearInterval(this.#resting);
    const unused = this.#worker === undefined && this.#unsent.length === 0;
    const closing = unused ? undefined : this.call('close' as keyof M & string, undefined);
    this.#closed = true;
    await closing?.catch(() => undefined);
    await this.terminate();
  }

  #send(): void {
    const calls = this.#unsent;
    this.#unsent = [];
    try {
      this.#worker ??= this.#start();
      this.#worker.postMessage(calls);
    } catch (error) {
      for (const { number } of calls) this.#take(number)?.reject(toError(error));
    }
  }

  #start(): Worker {
    const worker = new Worker(entry(), { workerData: this.#options, execArgv: [] });
    if (this.#rest !== undefined) this.#endWhenIdle(worker, this.#rest);
    let fault: unknown;
    worker.on('message', (answers: readonly Answer[]) => {
      for (const answer of answers) this.#settle(answer);
    });
    worker.on('error', (error) => {
      fault = error;
    });
    worker.on('exit', () => {
      if (this.#worker !== worker) return; // rests: nothing was under way
      this.#worker = undefined;
      this.#fail(fault);
    });
    return worker;
  }

  #endWhenIdle(worker: Worker, rest: number): void {
    let calls = -1;
    const timer = setInterval(() => {
      if (this.#worker === worker && (this.#calls !== calls || this.#pending.size > 0)) {
        calls = this.#calls;
        return;
      }
      clearInterval(timer);
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      void worker.terminate();
    }, rest).unref();
    this.#resting = timer;
  }

  #settle({ number, result, error }: Answer): void {
    const pending = this.#take(number);
    if (error === undefined) pending?.resolve(result);
    else if (error.condition === undefined) pending?.reject(new Error(error.message));
    else pending?.reject(new StorageError(error.condition, error.message));
  }

  /** The thread is gone: what it did last is not known. */
  #fail(cause: unknown): void {
    const why = cause === undefined ? 'it was ended' : toError(cause).message;
    const sent = [...this.#pending.keys()].filter((number) => !this.#unsent.some((call) => call.number === number));
    for (const number of sent) {
      this.#take(number)?.reject(new StorageError('outcome-unknown', `the storage thread is gone: ${why}`, { cause }));
    }
  }

  #take(number: number): Pending | undefined {
    const pending = this.#pending.get(number);
    this.#pending.delete(number);
    return pending;
  }
}
