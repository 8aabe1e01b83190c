/** Files, and what stands behind standard output and standard error. */
import {
  closeSync,
  constants,
  existsSync,
  fchmod,
  fchmodSync,
  fstatSync,
  open,
  openSync,
  write,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import type { Channel } from './writer.ts';

const MODE = 0o640;

/** A file to whose end everything is written; its group may read it. */
export class FileChannel implements Channel {
  readonly #path: string;
  #fd: number;

  /** @throws Error it cannot be opened */
  constructor(path: string) {
    this.#path = path;
    const isNew = !existsSync(path);
    this.#fd = openSync(path, 'a', MODE);
    if (isNew) fchmodSync(this.#fd, MODE); // whatever the umask is
  }

  write(chunk: Buffer): Promise<number> {
    return writeTo(this.#fd, chunk);
  }

  writeNow(text: string): void {
    writeNowTo(this.#fd, text);
  }

  async reopen(): Promise<void> {
    const isNew = !existsSync(this.#path);
    const opened = await promisify(open)(this.#path, 'a', MODE);
    if (isNew) await promisify(fchmod)(opened, MODE);
    closeSync(this.#fd);
    this.#fd = opened;
  }

  close(): Promise<void> {
    closeSync(this.#fd);
    return Promise.resolve();
  }
}

/** Standard output or standard error. */
export class StandardChannel implements Channel {
  readonly #fd: number;
  readonly #own: boolean;

  /** @param fd 1 or 2 */
  constructor(fd: number) {
    const own = openedAnew(fd);
    this.#own = own !== undefined;
    this.#fd = own ?? fd;
  }

  write(chunk: Buffer): Promise<number> {
    return writeTo(this.#fd, chunk);
  }

  writeNow(text: string): void {
    writeNowTo(this.#fd, text);
  }

  reopen(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    if (this.#own) closeSync(this.#fd);
    return Promise.resolve();
  }
}

/**
 * A pipe or a terminal whose reader stopped makes writers wait, and with them a thread that the process needs for other
 * things, even to end. Opened a second time it can be told not to, without changing it for the others that have it open.
 */
function openedAnew(fd: number): number | undefined {
  try {
    const stat = fstatSync(fd);
    if (process.platform !== 'linux' || !(stat.isFIFO() || stat.isCharacterDevice())) return undefined;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return undefined; // of another user, or closed
  }
}

function writeTo(fd: number, chunk: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    write(fd, chunk, 0, chunk.length, null, (error, written) => (error === null ? resolve(written) : reject(error)));
  });
}

function writeNowTo(fd: number, text: string): void {
  try {
    let rest = Buffer.from(text);
    while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
  } catch {
    // full or broken: nobody is left who could wait for it
  }
}
