/** This node's side of the traffic with one other node. No I/O. */
import type { Reply, WindowState } from '../backend.ts';

/** How much may be on its way to one node. */
export interface WindowLimits {
  readonly frames: number;
  /** Bytes of heads and bodies. A larger frame goes alone. */
  readonly bytes: number;
}

/** A frame on its way. */
export interface FramePacket {
  readonly type: 'frame';
  readonly seq: number;
  readonly kind: number;
  readonly head: string;
  readonly body: string;
  /** Does somebody wait for the answer, or is it wanted for the window alone? */
  readonly call: boolean;
}

/** The frame with that number is finished; `reply` is for whoever asked. */
interface ReplyPacket {
  readonly type: 'reply';
  readonly seq: number;
  readonly reply: Reply;
}

/** What travels between nodes. */
export type Packet = FramePacket | ReplyPacket;

interface Unfinished {
  readonly size: number;
  /** Absent where nobody asked, or nobody waits any longer. */
  settle: ((reply: Reply) => void) | undefined;
}

/** Numbers what goes out and counts it until it is finished; knows what came in. */
export class Link {
  readonly #limits: WindowLimits;
  readonly #unfinished = new Map<number, Unfinished>();
  #bytes = 0;
  #lastSent = 0;
  #lastReceived = 0;
  #waiting: (() => void)[] = [];
  #closed = false;

  constructor(limits: WindowLimits) {
    this.#limits = limits;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get window(): WindowState {
    return { frames: this.#unfinished.size, bytes: this.#bytes };
  }

  hasRoom(size: number): boolean {
    const frames = this.#unfinished.size;
    return frames === 0 || (frames < this.#limits.frames && this.#bytes + size <= this.#limits.bytes);
  }

  /** Count a frame of `size` bytes that goes out. `settle` is called at most once. @returns its number */
  sent(size: number, settle: ((reply: Reply) => void) | undefined): number {
    this.#unfinished.set(++this.#lastSent, { size, settle });
    this.#bytes += size;
    return this.#lastSent;
  }

  /** The other node is done with a frame. One that is not open is ignored. */
  finished(seq: number, reply: Reply): void {
    const frame = this.#unfinished.get(seq);
    if (frame === undefined) return;
    this.#unfinished.delete(seq);
    this.#bytes -= frame.size;
    frame.settle?.(reply);
    const { frames, bytes } = this.#limits;
    if (this.#unfinished.size <= frames / 2 && this.#bytes <= bytes / 2) this.#wake();
  }

  /** Whoever asked waits no longer; the frame stays in the window until the other node is done with it. */
  expire(seq: number): void {
    const frame = this.#unfinished.get(seq);
    const settle = frame?.settle;
    if (frame === undefined || settle === undefined) return;
    frame.settle = undefined;
    settle({ type: 'timeout' });
  }

  /** Is an incoming frame new? The carrier keeps the order, but may bring something twice. */
  isNew(seq: number): boolean {
    if (seq <= this.#lastReceived) return false;
    this.#lastReceived = seq;
    return true;
  }

  /** Resolves when the window is at most half full, or the link closed. */
  ready(): Promise<void> {
    const { frames, bytes } = this.#limits;
    if (this.#closed || (this.#unfinished.size <= frames / 2 && this.#bytes <= bytes / 2)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** One of the two nodes is a member no more: what is open is answered `gone`. */
  close(): void {
    this.#closed = true;
    const open = [...this.#unfinished.values()];
    this.#unfinished.clear();
    this.#bytes = 0;
    for (const frame of open) frame.settle?.({ type: 'gone' });
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
