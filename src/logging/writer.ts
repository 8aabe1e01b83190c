/** Takes lines without ever making anybody wait, and writes them as fast as their place takes them. */
import { setTimeout as delay } from 'node:timers/promises';

/** Where bytes go. */
export interface Channel {
  /** Write the beginning of that, at least one byte: how many it was. Rejects where it cannot be done now. */
  write(chunk: Buffer): Promise<number>;
  /** Write as much of that as goes at once; never throws. */
  writeNow(text: string): void;
  /** Begin anew, where that has a meaning: a file of the same name. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

/** What a writer tells. */
export interface WriterEvents {
  /** That many lines were lost before this place: the line that says so. */
  readonly lost: (lines: number) => string;
  /** Something could not be done; writing is tried again. Once until it works again. */
  readonly failed: (error: unknown) => void;
}

/** UTF-16 units that wait, at most; twice that is in memory where a write hangs. */
const MAX_WAITING = 1024 * 1024;

/** Milliseconds until a place that is full, and one that is broken, is tried again. */
const FULL_AGAIN = 20;
const BROKEN_AGAIN = 1000;

/** Milliseconds after which a write is taken to hang. */
const HANGING = 500;

/** Milliseconds that `close` waits for what is not written yet. */
const LAST_WAIT = 1000;

const NOTHING = Buffer.alloc(0);

/** A bounded queue of lines before a channel. What does not fit is dropped and counted. */
export class Writer {
  readonly #channel: Channel;
  readonly #events: WriterEvents;
  #waiting = '';
  /** What is being written. */
  #chunk = NOTHING;
  /** Time at which the write began that is going on. */
  #writing: number | undefined;
  #draining: Promise<void> | undefined;
  #closed = false;
  #failing = false;
  #reopen: PromiseWithResolvers<void> | undefined;
  #lost = 0;
  #dropped = 0;
  /** Told of each line that is dropped. */
  onDrop: (() => void) | undefined;

  constructor(channel: Channel, events: WriterEvents) {
    this.#channel = channel;
    this.#events = events;
  }

  /** Lines that were dropped. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Is a thread of the process held up by a reader that stopped? The process cannot end by itself then. */
  get hangs(): boolean {
    return this.#writing !== undefined && performance.now() - this.#writing > HANGING;
  }

  /** Take a line with its end. */
  write(line: string): void {
    if (this.#waiting.length + line.length > MAX_WAITING) {
      this.#lost++;
      this.#dropped++;
      this.onDrop?.();
      return;
    }
    this.#waiting += line;
    this.#start();
  }

  /** Go on in a new file of the same name: resolves when it is open, or could not be opened, which is told. */
  reopen(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    const { promise } = (this.#reopen ??= Promise.withResolvers<void>());
    this.#start();
    return promise;
  }

  /** Write at once what can be written at once: the process ends. */
  writeNow(): void {
    const held = this.#writing === undefined ? this.#chunk.toString() : ''; // the rest is with the system already
    const text = held + this.#waiting;
    if (text !== '' && !this.hangs) this.#channel.writeNow(text);
    this.#waiting = '';
  }

  /** Write what waits, and close; not for ever. */
  async close(): Promise<void> {
    const written = new AbortController();
    const { signal } = written;
    const bound = delay(LAST_WAIT, undefined, { signal }).catch(() => undefined);
    await Promise.race([this.#draining, bound]);
    written.abort();
    this.#closed = true;
    this.#reopen?.resolve();
    this.writeNow();
    await this.#channel.close();
  }

  #start(): void {
    if (!this.#closed) this.#draining ??= this.#drain();
  }

  async #drain(): Promise<void> {
    while (!this.#closed) {
      if (this.#reopen !== undefined) await this.#openAgain(this.#reopen);
      else if (this.#chunk.length > 0 || this.#waiting !== '') await this.#writeOne();
      else break;
    }
    this.#draining = undefined;
  }

  /** What was lost came after everything that waits. */
  #take(): void {
    const text = this.#lost === 0 ? this.#waiting : this.#waiting + this.#events.lost(this.#lost);
    this.#lost = 0;
    this.#waiting = '';
    this.#chunk = Buffer.from(text);
  }

  async #writeOne(): Promise<void> {
    if (this.#chunk.length === 0) this.#take();
    try {
      this.#writing = performance.now();
      const written = await this.#channel.write(this.#chunk);
      this.#writing = undefined;
      this.#chunk = this.#chunk.subarray(written);
      this.#failing = false;
    } catch (error) {
      this.#writing = undefined;
      const full = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
      if (!full) this.#fail(error);
      await delay(full ? FULL_AGAIN : BROKEN_AGAIN, undefined, { ref: false });
    }
  }

  async #openAgain({ resolve }: PromiseWithResolvers<void>): Promise<void> {
    this.#reopen = undefined;
    try {
      await this.#channel.reopen();
    } catch (error) {
      this.#fail(error);
    }
    resolve();
  }

  #fail(error: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    this.#events.failed(error);
  }
}
