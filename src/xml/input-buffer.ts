/**
 * Bytes of a connection that were received and not consumed.
 *
 * A chunk is scanned where it is. Only what is left of it when more comes, or when it would hold much more memory than
 * it has bytes left, is copied.
 */

const EMPTY = Buffer.alloc(0);
/** Smallest buffer of our own. */
const MIN_CAPACITY = 512;

/** The pending bytes are those of `bytes` from `start` to `end`. */
export class InputBuffer {
  bytes: Buffer = EMPTY;
  start = 0;
  end = 0;
  /** Is `bytes` our own, to write behind `end`? */
  #owned = false;

  /** Number of pending bytes. */
  get length(): number {
    return this.end - this.start;
  }

  /** Add bytes behind the pending ones. The chunk belongs to this buffer from now on. */
  push(chunk: Buffer): void {
    if (this.start === this.end) {
      this.bytes = chunk;
      this.start = 0;
      this.end = chunk.length;
      this.#owned = false;
      return;
    }
    if (!this.#owned || this.end + chunk.length > this.bytes.length) this.#makeRoom(chunk.length);
    chunk.copy(this.bytes, this.end);
    this.end += chunk.length;
  }

  /** Nothing more can be consumed for now: hold no more memory than needed. */
  settle(): void {
    const length = this.end - this.start;
    if (length === 0) {
      this.bytes = EMPTY;
      this.start = 0;
      this.end = 0;
      this.#owned = false;
    } else if (!this.#owned && this.bytes.buffer.byteLength > Math.max(MIN_CAPACITY, length * 2)) this.#makeRoom(0);
  }

  /** Move the pending bytes to a buffer of our own with that much room behind them; it at least doubles when it grows. */
  #makeRoom(room: number): void {
    const needed = this.end - this.start + room;
    if (this.#owned && needed * 2 <= this.bytes.length) {
      this.bytes.copyWithin(0, this.start, this.end);
    } else {
      const capacity = Math.max(MIN_CAPACITY, this.#owned ? needed * 2 : needed + (needed >> 1));
      const bytes = Buffer.allocUnsafeSlow(capacity);
      this.bytes.copy(bytes, 0, this.start, this.end);
      this.bytes = bytes;
      this.#owned = true;
    }
    this.end -= this.start;
    this.start = 0;
  }
}
