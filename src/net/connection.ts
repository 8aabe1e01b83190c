/** One TCP connection: its output in one write per loop turn and within bounds, its input to whoever owns it. */
import type { Socket } from 'node:net';
import type { Expirable, TimingWheel } from '../util/timing-wheel.ts';
import type { OutputLimits } from './interface.ts';
import { flushLater, type Flushable } from './loop-turn.ts';

/** Whose connection it is. */
export interface ConnectionOwner {
  /** Bytes came in; the buffer is the owner's. */
  received(chunk: Buffer): void;
  /** More output is waiting than should be, or that is over. */
  congestionChanged(congested: boolean): void;
  /** The connection is being cut because its client does not read. */
  cut(reason: CutReason): void;
  /** Nothing more will come in. */
  inputEnded(): void;
  /** The connection is gone. Called once. */
  gone(): void;
}

/** Why a connection was cut. */
export type CutReason = 'overflow' | 'stall';

/** Bytes handed to the socket at once. Progress is seen when all of them are gone. */
const SLICE = 65_536;

const CONNECTION = Symbol('connection');
type OwnedSocket = Socket & { [CONNECTION]: Connection };

/**
 * Bytes pass in `receive` and `#send` and nowhere else: encryption belongs there, between owner and socket.
 *
 * What is written is kept until the loop turn ends, then handed over. While the kernel takes no more, what comes is kept
 * on, up to the limits.
 */
export class Connection implements Flushable, Expirable {
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #limits: OutputLimits;
  readonly #wheel: TimingWheel;
  /** Deadline for progress, armed while the socket holds bytes. */
  readonly #progress: number;
  /** Bytes to write, one character each. */
  #output = '';
  /** Bytes that the socket holds. */
  #inFlight = 0;
  #flushing = false;
  #ending = false;
  #gone = false;
  #congested = false;

  constructor(socket: Socket, owner: ConnectionOwner, limits: OutputLimits, wheel: TimingWheel) {
    this.#socket = socket;
    this.#owner = owner;
    this.#limits = limits;
    this.#wheel = wheel;
    this.#progress = wheel.add(this);
    Object.assign(socket, { [CONNECTION]: this });
    socket.on('data', onData);
    socket.on('end', onEnd);
    socket.on('drain', onDrain);
    socket.on('error', onError);
    socket.on('close', onClose);
  }

  /** Bytes that wait to be sent. */
  get waiting(): number {
    return this.#output.length + this.#inFlight;
  }

  /** Is more waiting than should be? */
  get congested(): boolean {
    return this.#congested;
  }

  /** Send bytes, one character each. Does nothing after `end`. */
  write(wire: string): void {
    if (this.#ending || this.#gone) return;
    this.#output += wire;
    this.#flushLater();
    if (this.#output.length > this.#limits.soft) this.#overfull();
  }

  /** Send what waits, then end our side. */
  end(): void {
    if (this.#ending || this.#gone) return;
    this.#ending = true;
    this.#flushLater();
  }

  /** Cut the connection; what waits is lost. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Stop reading: at most a buffer more comes in. */
  pauseInput(): void {
    this.#socket.pause();
  }

  resumeInput(): void {
    this.#socket.resume();
  }

  flush(): void {
    this.#flushing = false;
    if (!this.#gone && this.#inFlight === 0) this.#send();
  }

  /** No progress for too long. */
  expired(): void {
    this.#cut('stall');
  }

  receive(chunk: Buffer): void {
    this.#owner.received(chunk);
  }

  inputEnded(): void {
    this.#owner.inputEnded();
  }

  /** The socket has got rid of what it held. */
  drained(): void {
    if (this.#gone) return;
    this.#inFlight = 0;
    this.#wheel.disarm(this.#progress);
    this.#send();
  }

  closed(): void {
    this.#gone = true;
    this.#output = '';
    this.#wheel.remove(this.#progress);
    this.#owner.gone();
  }

  #flushLater(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    flushLater(this);
  }

  /** Hand over slices as long as the kernel takes them at once. */
  #send(): void {
    while (this.#output !== '' && this.#inFlight === 0) {
      let slice = this.#output;
      if (slice.length > SLICE) {
        slice = this.#output.slice(0, SLICE);
        this.#output = this.#output.slice(SLICE);
      } else this.#output = '';
      this.#socket.write(slice, 'latin1');
      this.#inFlight = this.#socket.writableLength;
    }
    if (this.#inFlight > 0) this.#wheel.arm(this.#progress, this.#limits.stall);
    else if (this.#ending) this.#socket.end();
    if (this.#congested && this.waiting <= this.#limits.soft / 2) this.#setCongested(false);
  }

  /** Much was written in one turn, or the client does not keep up. */
  #overfull(): void {
    if (this.#inFlight === 0) this.#send();
    if (this.waiting > this.#limits.hard) this.#cut('overflow');
    else if (!this.#congested && this.waiting > this.#limits.soft) this.#setCongested(true);
  }

  #setCongested(congested: boolean): void {
    this.#congested = congested;
    this.#owner.congestionChanged(congested);
  }

  #cut(reason: CutReason): void {
    this.#owner.cut(reason);
    this.#ending = true;
    this.#output = '';
    this.#socket.destroy();
  }
}

// Shared by all sockets, so that a connection costs no closures.

function onData(this: OwnedSocket, chunk: Buffer): void {
  this[CONNECTION].receive(chunk);
}

function onEnd(this: OwnedSocket): void {
  this[CONNECTION].inputEnded();
}

function onDrain(this: OwnedSocket): void {
  this[CONNECTION].drained();
}

function onError(): void {
  // 'close' follows, and how a connection broke makes no difference
}

function onClose(this: OwnedSocket): void {
  this[CONNECTION].closed();
}
